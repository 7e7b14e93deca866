export { Security } from './Security.tsx';
