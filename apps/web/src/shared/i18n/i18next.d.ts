import 'i18next';
import type { appWords } from './app-words.ts';
import type { frontWords } from './front-words.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'front';
    resources: { front: typeof frontWords; app: typeof appWords };
  }
}
