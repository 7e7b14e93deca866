/** What is mutated in one run, and the tests that must notice. */

/** Tests that cover every folder: frozen bytes of our formats, and each function with wrong types. */
const everywhere = ['test/golden/*.test.ts', 'test/wrong-*.test.ts'];

const knownAnswers = 'test/browser/known-answers.test.ts';
const sessions = 'test/session/*.test.ts';

/** Folders of `src`, each with the tests outside of it that also stand for it. */
const testsOutside: Record<string, readonly string[]> = {
  vault: [],
  log: [],
  'chat-key': [],
  'committed-aead': ['src/{chat-key,vault}/*.test.ts'],
  encoding: [],
  protobuf: [],
  'guest-link': [],
  'safety-code': [knownAnswers],
  attachment: [],
  'credential-bundle': [knownAnswers],
  'sender-key': [knownAnswers],
  kem: ['src/primitives/ml-kem.test.ts', knownAnswers, sessions],
  session: ['src/session/**/*.test.ts', sessions],
  'session/spqr': [sessions],
  identity: [knownAnswers],
  seal: [knownAnswers],
  primitives: ['src/{attachment,seal,session}/**/*.test.ts', knownAnswers],
};

/** All folders, in the order in which they run. */
export const folders = Object.keys(testsOutside);

/** Sources that hold data, types or exports only. */
const withoutConstruction = [
  'vault/passphrase-words.ts',
  'vault/common-passwords.ts',
  'session/stores.ts',
];

/** One Stryker run: `name` is a folder of `src`, or a file in one. */
export interface Unit {
  name: string;
  mutate: string[];
  tests: string[];
}

/** The unit of that name; undefined where no folder of that name is tested. */
export function unitOf(name: string): Unit | undefined {
  const isFile = name.endsWith('.ts');
  const folder = isFile ? name.slice(0, name.lastIndexOf('/')) : name;
  const outside = testsOutside[folder];
  if (!outside) return undefined;
  return {
    name,
    mutate: [
      isFile ? `src/${name}` : `src/${name}/*.ts`,
      '!src/**/*.test.ts',
      ...withoutConstruction.map((file) => `!src/${file}`),
    ],
    tests: [`src/${folder}/*.test.ts`, ...outside, ...everywhere],
  };
}
