import { createTranslator } from '../../shared/i18n/translator.ts';

/** Words of the self-test, apart from the catalogue that comes with the first chat. */
export const selfTestWords = {
  title: 'Self-test',
  lead: 'This browser computes known answers: from the specifications, from other software of the same kind, and from the first version of Sotto. The code comes with this build.',
  limit:
    'A pass shows that this browser computes correctly. It doesn’t show that the code is honest. Altered code could show the same.',
  run: 'Run self-test',
  allPassed_one: '{{count}} known answer came out right.',
  allPassed_other: 'All {{count}} known answers came out right.',
  someFailed_one: '{{count}} known answer came out wrong. Don’t trust this browser with messages.',
  someFailed_other:
    '{{count}} known answers came out wrong. Don’t trust this browser with messages.',
  algorithm: 'Algorithm',
  backEnd: 'Computed by',
  result: 'Result',
  duration: 'Time',
  webcrypto: 'WebCrypto',
  javascript: 'JavaScript',
  passed: '{{passed}} passed',
  failed: '{{failed}} failed, {{passed}} passed',
  missing: 'Not in this browser; JavaScript is used',
  milliseconds: '{{count}} ms',
} as const;

export const ts = createTranslator(selfTestWords, 'en');
