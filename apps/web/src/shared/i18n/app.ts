import { appWords } from './app-words.ts';
import { createTranslator } from './translator.ts';

/** Words behind the sign-in; loaded with the first screen that needs them. */
export const ta = createTranslator(appWords, 'en');
