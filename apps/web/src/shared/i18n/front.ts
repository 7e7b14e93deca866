import { createInstance } from 'i18next';
import { frontWords } from './front-words.ts';

/** The catalogue is part of the bundle: no word is ever fetched from anywhere. */
export const i18n = createInstance({
  lng: 'en',
  fallbackLng: 'en',
  ns: ['front'],
  defaultNS: 'front',
  resources: { en: { front: frontWords } },
  // React escapes.
  interpolation: { escapeValue: false },
  initAsync: false,
});
void i18n.init();

/** Words of the first screens and of every error. */
export const t = i18n.getFixedT('en', 'front');
