import { appWords } from './app-words.ts';
import { i18n } from './front.ts';

// Here, not in `front.ts`: these words are loaded with the first screen that needs them.
i18n.addResourceBundle('en', 'app', appWords);

/** Words behind the sign-in. */
export const ta = i18n.getFixedT('en', 'app');
