import { deviceWords } from './device-words.ts';
import { createTranslator } from './translator.ts';

/** Words about the account's devices and letting them in; loaded with the screens that need them. */
export const td = createTranslator(deviceWords, 'en');
