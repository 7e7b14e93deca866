import { securityWords } from './security-words.ts';
import { createTranslator } from './translator.ts';

/** Words about what protects the account; loaded with the screens that need them. */
export const ts = createTranslator(securityWords, 'en');
