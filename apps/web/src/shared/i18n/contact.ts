import { contactWords } from './contact-words.ts';
import { createTranslator } from './translator.ts';

/** Words about checking who a person is; loaded with the screen that needs them. */
export const tc = createTranslator(contactWords, 'en');
