import { hash, parseOptions, verify } from '@node-rs/argon2';
import { AuthError, rateLimited, validationFailed } from './errors.ts';

/** argon2id as OWASP's first choice of small memory: 19 MiB, two passes, one lane (about 11 ms). */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Bytes of UTF-8 that the hosted service accepts; longer ones would not survive a move there. */
const MAX_PASSWORD_BYTES = 72;

/** Waiting hashes beyond this are refused, so that a flood cannot grow the queue without end. */
const MAX_WAITING = 200;

/** Makes and checks password hashes. */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** Answers whether the password fits; `null` (no such user, no password) costs the same and is false. */
  verify(encoded: string | null, password: string): Promise<boolean>;
}

/**
 * Hashes with argon2id, at most `concurrency` at a time.
 *
 * Refuses with 429 when too many wait: each hash holds 19 MiB.
 */
export function createPasswordHasher(concurrency: number): PasswordHasher {
  const gate = createGate(concurrency);
  let dummy: Promise<string> | undefined;
  return {
    hash: (password) => gate(() => hash(password, PARAMETERS)),
    async verify(encoded, password) {
      const known = encoded !== null && encoded.startsWith('$argon2id$');
      const against = known ? encoded : await (dummy ??= hash('no such password', PARAMETERS));
      // A stored hash that cannot be read fits no password.
      const fits = await gate(() => verify(against, password).catch(() => false));
      return known && fits;
    },
  };
}

function createGate(concurrency: number): <Result>(work: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= concurrency) {
      if (waiting.length >= MAX_WAITING) throw rateLimited(1);
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

/** Throws unless a new password is long enough and short enough. */
export function assertPasswordAcceptable(password: string, minLength: number): void {
  if (Buffer.byteLength(password, 'utf8') > MAX_PASSWORD_BYTES) {
    throw validationFailed(`Password cannot be longer than ${MAX_PASSWORD_BYTES} bytes`);
  }
  if ([...password].length < minLength) {
    const message = `Password should be at least ${minLength} characters.`;
    throw new AuthError(422, 'weak_password', message, {
      body: { weak_password: { message, reasons: ['length'] } },
    });
  }
}

/**
 * Throws unless an operator's ready-made hash is argon2id v19 of bearable cost: a hash with 4 GiB of
 * memory would stop the service at the next sign-in.
 */
export function assertHashAcceptable(encoded: string): void {
  let cost: ReturnType<typeof parseOptions> | undefined;
  try {
    if (encoded.startsWith('$argon2id$v=19$')) cost = parseOptions(encoded);
  } catch {
    cost = undefined;
  }
  if (
    cost === undefined ||
    cost.memoryCost > 131_072 ||
    cost.timeCost > 10 ||
    cost.parallelism > 4 ||
    cost.outputLen < 16 ||
    cost.outputLen > 64
  ) {
    throw validationFailed('password_hash must be an argon2id hash of bearable cost');
  }
}
