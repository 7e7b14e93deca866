import type { LoginPasswordMemory } from '../account/login-password-memory.ts';
import type { SessionState } from '../facade.ts';
import type { EndCode, EngineCore, OpenedAccount, Resident } from './engine-core.ts';

/** What every group of facade methods works with. */
export interface CommandKit {
  readonly core: EngineCore;
  /** The login password as far as it is remembered, to refuse it as chat password. */
  readonly login: LoginPasswordMemory;
  /** One change of who is here at a time; every failure leaves as a `ClientError`. */
  step<Result>(task: () => Promise<Result>): Promise<Result>;
  /** Every failure leaves as a `ClientError`. */
  guarded<Result>(task: () => Promise<Result>): Promise<Result>;
  /** An auth session that ended under way takes the person back to the sign-in. */
  inSession<Result>(task: () => Promise<Result>): Promise<Result>;
  /** Throws `locked` or `signed_out` when no account is open. */
  opened(): OpenedAccount;
  /** Throws `signed_out`. */
  signedIn(): Resident;
  /** Throws `conflict` or `signed_out` in another phase. */
  assertPhase(...phases: SessionState['phase'][]): SessionState;
  /** The vault was opened and the account is shown: idle locking begins. */
  begun(): void;
  /** Before the session here is left: stops the idle watch, forgets the login password, waits for what is being written. */
  ending(): Promise<void>;
  /** The session here is over, by whatever end; see `EndCode`. */
  onEnded(code: EndCode): void;
}
