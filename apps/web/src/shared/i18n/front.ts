import { frontWords } from './front-words.ts';
import { createTranslator } from './translator.ts';

/** Words of the first screens and of every error. */
export const t = createTranslator(frontWords, 'en');
