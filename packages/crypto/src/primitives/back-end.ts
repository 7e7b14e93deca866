/**
 * Which back end runs an operation: WebCrypto or noble. Each algorithm is probed once with a known
 * answer, so an engine that lacks or breaks one algorithm falls back for that one alone. Both back
 * ends give the same bytes; `forceBackEnd` lets tests run every vector on each.
 */
import { isCryptoError } from '../errors.ts';
import { findSubtle, type Subtle } from './web-platform.ts';

/** The two implementations behind every primitive. */
export type BackEnd = 'webcrypto' | 'noble';

let forced: BackEnd | undefined;

/** Makes every later operation use one back end, or chooses by measurement again; for tests. */
export function forceBackEnd(backEnd: BackEnd | undefined): void {
  forced = backEnd;
}

let leaning: BackEnd | undefined;
const missing = new Set<string>();

/**
 * Makes later operations prefer one back end, or choose by measurement again. Unlike {@link forceBackEnd}
 * it refuses nothing: what WebCrypto lacks runs on noble, so that a self-test may run beside other work.
 */
export function leanOnBackEnd(backEnd: BackEnd | undefined): void {
  leaning = backEnd;
}

/** Whether WebCrypto was asked for this algorithm and lacked it, or gave a wrong known answer. */
export function isMissingNatively(algorithm: string): boolean {
  return missing.has(algorithm);
}

/** How often an algorithm is probed that fails without being called unknown. */
const mostProbes = 3;

/**
 * Runs an operation on WebCrypto if that was chosen, and on noble otherwise, or if WebCrypto failed: an
 * engine that is out of memory neither changes a verdict nor loses a message. Refusals of this package
 * stand; forcing WebCrypto leaves its failures as they are.
 */
export async function onEither<T>(
  subtle: Subtle | undefined,
  natively: (subtle: Subtle) => Promise<T>,
  onNoble: () => T | Promise<T>,
): Promise<T> {
  if (!subtle) return onNoble();
  try {
    return await natively(subtle);
  } catch (error) {
    if (forced === 'webcrypto' || isCryptoError(error)) throw error;
    return onNoble();
  }
}

/** Resolves to WebCrypto if this operation shall use it, else to nothing. */
export type NativeChoice = (preferred: boolean) => Promise<Subtle | undefined>;

/**
 * Defines how one algorithm chooses. `probe` runs a known answer natively and says whether it came
 * out right. Forcing WebCrypto where the probe fails is an error, never a silent fallback.
 */
export function nativeChoice(
  algorithm: string,
  probe: (subtle: Subtle) => Promise<boolean>,
): NativeChoice {
  let available: Promise<Subtle | undefined> | undefined;

  let failures = 0;

  const detect = async (): Promise<Subtle | undefined> => {
    const subtle = findSubtle();
    if (!subtle) return undefined;
    try {
      return (await probe(subtle)) ? subtle : undefined;
    } catch (error) {
      failures += 1;
      // What an engine lacks it will not have later; what fails otherwise is asked again.
      const lacks = error instanceof Error && error.name === 'NotSupportedError';
      if (!lacks && failures < mostProbes) available = undefined;
      return undefined;
    }
  };

  return async (preferred) => {
    const chosen = forced ?? leaning;
    const wanted = chosen === undefined ? preferred : chosen === 'webcrypto';
    if (!wanted) return undefined;
    available ??= detect();
    const subtle = await available;
    if (subtle) missing.delete(algorithm);
    else missing.add(algorithm);
    if (!subtle && forced === 'webcrypto') throw new Error(`WebCrypto lacks ${algorithm} here`);
    return subtle;
  };
}
