/**
 * Known answers of every construction, run where the caller is: on WebCrypto and in JavaScript where there are
 * both. It shows that this engine computes what the specifications and other implementations do. It cannot show
 * that the code around it is honest: altered code can print what it likes.
 */
import { isMissingNatively, leanOnBackEnd } from '../primitives/back-end.ts';
import { curves } from './answers/curves.ts';
import { derivation } from './answers/derivation.ts';
import { deviceLink } from './answers/device-link.ts';
import { encryption } from './answers/encryption.ts';
import { kems } from './answers/kems.ts';
import { signal } from './answers/signal.ts';
import { sottoFormats } from './answers/sotto-formats.ts';
import type { KnownAnswer, KnownAnswers } from './known-answer.ts';

export type { KnownAnswer, KnownAnswers } from './known-answer.ts';

/** How the known answers of one algorithm came out on one back end. */
export interface SelfTestResult {
  algorithm: string;
  /** Where the answers are from. */
  origin: string;
  backEnd: 'webcrypto' | 'javascript';
  /** False where WebCrypto lacks the algorithm: then nothing was counted, and JavaScript does the work. */
  available: boolean;
  passed: number;
  failed: number;
  durationMs: number;
}

/** Every known answer, in the order in which it is shown. */
export const knownAnswers: readonly KnownAnswers[] = [
  ...derivation,
  ...encryption,
  ...curves,
  ...kems,
  ...signal,
  ...sottoFormats,
  deviceLink,
];

let running: Promise<unknown> = Promise.resolve();

/**
 * Runs the known answers, one after the other, and never rejects because of one: what throws has failed.
 *
 * `now` is a clock in milliseconds. Other operations of the package may run meanwhile; they give the same bytes,
 * on the back end that is being tested. Two self-tests run one after the other.
 */
export function runSelfTest(input: {
  now: () => number;
  answers?: readonly KnownAnswers[];
}): Promise<SelfTestResult[]> {
  const next = running.then(() => runAll(input.answers ?? knownAnswers, input.now));
  running = next.catch(() => undefined);
  return next;
}

async function runAll(all: readonly KnownAnswers[], now: () => number): Promise<SelfTestResult[]> {
  const results: SelfTestResult[] = [];
  try {
    for (const known of all) {
      if (known.native.length > 0) results.push(await runOn('webcrypto', known, now));
      results.push(await runOn('javascript', known, now));
    }
  } finally {
    leanOnBackEnd(undefined);
  }
  return results;
}

async function runOn(
  backEnd: SelfTestResult['backEnd'],
  { algorithm, origin, native, answers }: KnownAnswers,
  now: () => number,
): Promise<SelfTestResult> {
  leanOnBackEnd(backEnd === 'webcrypto' ? 'webcrypto' : 'noble');
  const startedAt = now();
  let passed = 0;
  for (const answer of answers) if (await isRight(answer)) passed += 1;
  const durationMs = now() - startedAt;
  const place = { algorithm, origin, backEnd, durationMs };
  if (backEnd === 'webcrypto' && native.some(isMissingNatively)) {
    return { ...place, available: false, passed: 0, failed: 0 };
  }
  return { ...place, available: true, passed, failed: answers.length - passed };
}

async function isRight({ compute, expected }: KnownAnswer): Promise<boolean> {
  try {
    return (await compute()) === expected;
  } catch {
    return false;
  }
}
