/** Finds planted secrets in bytes, in every encoding they are likely to be written in. */
export { CanarySearch } from './search.ts';
export type { Place, Plant } from './search.ts';
