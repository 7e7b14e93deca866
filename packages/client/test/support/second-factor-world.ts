import { parseTotpSecret, totpCode, totpStep } from '@sotto/crypto/second-factor';
import { makePerson, signUpFully } from '../../src/testing/index.ts';
import type { TestClient, TestPerson } from '../../src/testing/index.ts';
import { queryRows } from './query-rows.ts';
import { startTestWorld } from './test-world.ts';
import type { TestWorld } from './test-world.ts';

/** Somebody whose sign-in asks for a code. */
export interface Protected {
  ann: TestPerson;
  a: TestClient;
  recoveryKey: string;
  secret: string;
}

/** A world whose auth service lives ahead: each code is good once, so time has to pass between two. */
export interface SecondFactorWorld extends TestWorld {
  passHalfMinute(): void;
  /** What the app shows then; the next one has another code. */
  nextCode(secret: string): string;
  withSecondFactor(): Promise<Protected>;
  /** How many backups the relay keeps of a person. */
  backupsOf(person: TestPerson): Promise<number>;
}

export async function startSecondFactorWorld(): Promise<SecondFactorWorld> {
  let aheadMs = 0;
  const world = await startTestWorld({ authClock: () => Date.now() + aheadMs });
  const passHalfMinute = () => void (aheadMs += 30_000);
  const nextCode = (secret: string) => {
    passHalfMinute();
    return totpCode(parseTotpSecret(secret), totpStep(Date.now() + aheadMs));
  };
  return {
    ...world,
    passHalfMinute,
    nextCode,
    async withSecondFactor() {
      const ann = makePerson('ann');
      const a = world.client();
      const recoveryKey = await signUpFully(a.client, ann);
      const { secret } = await a.client.startSecondFactor();
      await a.client.confirmSecondFactor({ code: nextCode(secret), recoveryKey });
      return { ann, a, recoveryKey, secret };
    },
    async backupsOf({ email }) {
      const sql =
        'select 1 from private.second_factor_backups b join auth.users u on u.id = b.user_id where u.email = $1';
      return (await queryRows(world, sql, [email])).length;
    },
  };
}
