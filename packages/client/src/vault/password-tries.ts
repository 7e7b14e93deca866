import { fromUtf8, utf8 } from '@sotto/crypto';
import * as z from 'zod/mini';
import { ClientError } from '../client-error.ts';
import type { Clock } from '../platform.ts';
import type { AccountStorage } from '../storage/scoped-storage.ts';
import type { Sealed } from '../storage/storage-port.ts';

/** Waiting time after the nth wrong chat password in a row, in seconds; the last one stays. */
const delaysSeconds = [0, 0, 0, 1, 2, 5, 10, 30, 60] as const;
const lastDelaySeconds = 60;

const triesSchema = z.object({ wrong: z.int().check(z.gte(0)), lastAtMs: z.number() });
type Tries = z.infer<typeof triesSchema>;
const none: Tries = { wrong: 0, lastAtMs: 0 };
const key = 'tries';

/**
 * Slows down guessing at this screen; what slows down guessing on a stolen disk is the vault's
 * PBKDF2. The count is kept in the clear, because nothing is open when it is needed.
 */
export interface PasswordTries {
  retryAtMs(): Promise<number | null>;
  /** Throws `too_many_tries` while waiting. Counts the try as wrong before it is made, so that killing the program does not make tries free. */
  begin(): Promise<void>;
  succeed(): Promise<void>;
  /** Takes back `begin` when the try failed for a reason that is not the password. */
  cancel(): Promise<void>;
}

export function createPasswordTries(storage: AccountStorage, clock: Clock): PasswordTries {
  async function read(): Promise<Tries> {
    const stored = await storage.read('device', key);
    if (!stored) return none;
    try {
      return triesSchema.parse(JSON.parse(fromUtf8(stored)));
    } catch {
      // Whoever can damage the count can remove it, too.
      return none;
    }
  }

  async function write(tries: Tries): Promise<void> {
    const value = utf8(JSON.stringify(tries)) as Sealed;
    await storage.write([
      tries.wrong === 0 ? { table: 'device', key, remove: true } : { table: 'device', key, value },
    ]);
  }

  function waitUntil({ wrong, lastAtMs }: Tries): number | null {
    if (wrong === 0) return null;
    const delayMs = (delaysSeconds[wrong - 1] ?? lastDelaySeconds) * 1000;
    const nowMs = clock.now();
    // A clock that was set back must not lengthen the wait beyond its measure.
    const untilMs = Math.min(lastAtMs, nowMs) + delayMs;
    return untilMs > nowMs ? untilMs : null;
  }

  return {
    async retryAtMs() {
      return waitUntil(await read());
    },
    async begin() {
      const tries = await read();
      const retryAtMs = waitUntil(tries);
      if (retryAtMs !== null) throw new ClientError('too_many_tries', { retryAtMs });
      await write({ wrong: tries.wrong + 1, lastAtMs: clock.now() });
    },
    succeed: () => write(none),
    async cancel() {
      const { wrong, lastAtMs } = await read();
      await write({ wrong: Math.max(0, wrong - 1), lastAtMs });
    },
  };
}
