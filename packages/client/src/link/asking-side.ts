import {
  agreeOnDeviceLink,
  commitDeviceLink,
  equalBytes,
  formatDeviceLinkCode,
  generateSealingKeyPair,
  openDeviceLinkDelivery,
  verifyDeviceLinkTag,
  zeroize,
} from '@sotto/crypto';
import type { DeviceLinkAgreement, DeviceLinkAnswer, DeviceLinkDelivery } from '@sotto/crypto';
import { linkIdSchema } from '@sotto/protocol';
import type { DeviceLink, LinkAnswer, LinkDelivery, UserId } from '@sotto/protocol';
import { ClientError, isClientError } from '../client-error.ts';
import { randomUuid } from '../engine/random-id.ts';
import type { LinkState } from '../facade.ts';
import type { Platform } from '../platform.ts';
import type { HttpClient } from '../transport/http-client.ts';
import { retryDelayMs } from '../transport/retry-delay.ts';
import { WireFailure, isTransient } from '../transport/wire-failure.ts';
import { endOf } from './link-time.ts';

/** What was agreed on and handed over: enough to open the vault and to know that it is the right one. */
export interface LinkedIn {
  answer: DeviceLinkAnswer;
  delivery: DeviceLinkDelivery;
}

/** A request to be let in, from this installation. Its secrets are in memory only: a reload ends it. */
export interface AskingSide {
  /** Throws `conflict` where there are no digits to confirm. */
  confirm(): void;
  /** Ends it here and tells the relay, as far as it can be reached. */
  cancel(): void;
  /** Ends it here without a word: the account was opened otherwise, or somebody signed out. */
  stop(): void;
}

const pollMs = 1_500;
const slowestPollMs = 15_000;

type Ended = Extract<LinkState, { step: 'ended' }>['cause'];

/** What the other side said first; anything else later ends the link. */
interface Answered {
  said: LinkAnswer;
  agreement: DeviceLinkAgreement;
  /** The tag held, or a person has compared the digits. Nothing that was delivered is opened before. */
  proven: boolean;
  revealed: boolean;
}

/**
 * Asks the account's devices to let this installation in, and follows the request to its end. Throws
 * what the network throws, `too_large` when too many are open already.
 */
export async function startAsking(options: {
  platform: Platform;
  http: HttpClient;
  userId: UserId;
  show: (state: LinkState) => void;
  /** Opens the account. A transient failure is tried again until the request ends. */
  join: (linked: LinkedIn) => Promise<void>;
  /** The auth session is over: whoever owns it says so. */
  onSessionEnded: (error: ClientError) => void;
}): Promise<AskingSide> {
  const { platform, http, userId, show, join, onSessionEnded } = options;
  const { clock, random, deviceName, deviceType } = platform;
  const linkId = linkIdSchema.parse(randomUuid(random));
  const keys = await generateSealingKeyPair({ random });
  const secret = Uint8Array.from(random(32));
  const request = {
    userId,
    linkId,
    publicKey: keys.publicKey,
    nonce: Uint8Array.from(random(32)),
    deviceName,
    deviceType,
  };
  const commitment = await commitDeviceLink(request);
  const askedAtMs = clock.now();
  const { link } = await http.call('createDeviceLink', {
    body: { linkId, commitment, deviceName, deviceType },
  });
  const endsAtMs = endOf(link, askedAtMs);

  let alive = true;
  let answered: Answered | null = null;
  let linked: LinkedIn | null = null;
  let failures = 0;
  let looking = false;
  let hurried = false;
  let cancelTimer: () => void = () => undefined;
  const cancelEnd = clock.setTimer(endsAtMs - clock.now(), () => {
    // What was handed over in time may be on its way into the account.
    if (!linked) end('expired');
  });

  function stop(): void {
    if (!alive) return;
    alive = false;
    cancelTimer();
    cancelEnd();
    zeroize(keys.privateKey, secret);
    if (linked) zeroize(linked.delivery.vaultKey);
  }

  /** The request is over for the others as well; whether they hear of it changes nothing here. */
  function tell(): void {
    void http.call('endDeviceLink', { params: { linkId } }).catch(() => undefined);
  }

  function end(cause: Ended): void {
    if (!alive) return;
    stop();
    if (cause !== 'declined') tell();
    show({ step: 'ended', cause });
  }

  function plan(delayMs: number): void {
    cancelTimer();
    if (alive) cancelTimer = clock.setTimer(delayMs, () => void turn());
  }

  /** One look at a time; a confirmation that comes during one has the next follow at once. */
  async function turn(): Promise<void> {
    if (looking) return;
    looking = true;
    hurried = false;
    try {
      await look();
      failures = 0;
      plan(hurried ? 0 : pollMs);
    } catch (error) {
      if (alive) refused(error);
    } finally {
      looking = false;
    }
  }

  function refused(error: unknown): void {
    if (isTransient(error) || isClientError(error, 'rate_limited')) {
      const delayMs = retryDelayMs({
        attempt: failures,
        random,
        firstMs: 2 * pollMs,
        mostMs: slowestPollMs,
      });
      failures += 1;
      return plan(delayMs);
    }
    // The program is closing, or somebody signed out: there is nobody to show anything to.
    if (isClientError(error, 'signed_out')) return stop();
    if (isGone(error)) return end('expired');
    if (isClientError(error, 'session_ended')) {
      stop();
      return onSessionEnded(error);
    }
    end('mismatch');
  }

  async function look(): Promise<void> {
    if (linked) return await enter(linked);
    const { link: seen } = await http.call('getDeviceLink', { params: { linkId } });
    if (!alive) return;
    if (seen.linkId !== linkId) throw new ClientError('untrusted');
    if (seen.state === 'declined') return end('declined');
    await follow(seen);
  }

  async function follow(seen: DeviceLink): Promise<void> {
    if (answered && !isSameAnswer(answered.said, seen.answer)) throw new ClientError('untrusted');
    if (!answered && seen.answer) answered = await take(seen.answer);
    if (!answered || !alive) return;
    if (!answered.revealed) {
      const { publicKey, nonce } = request;
      await http.call('revealDeviceLink', { params: { linkId }, body: { publicKey, nonce } });
      answered.revealed = true;
      if (!alive) return;
      show(
        answered.proven
          ? { step: 'joining' }
          : { step: 'comparing', code: answered.agreement.code },
      );
    }
    if (answered.proven && seen.delivery) {
      linked = await open(answered.said, seen.delivery);
      if (alive) await enter(linked);
      else zeroize(linked.delivery.vaultKey);
    }
  }

  /** The first answer. A tag that does not hold is an attack or a mix-up; both end here. */
  async function take(said: LinkAnswer): Promise<Answered> {
    const agreement = await agreeOnDeviceLink({ commitment, request, answer: said });
    if (said.tag === undefined) return { said, agreement, proven: false, revealed: false };
    const binding = { userId, linkId, commitment, answer: said };
    if (!(await verifyDeviceLinkTag(secret, binding, said.tag))) {
      throw new ClientError('untrusted');
    }
    return { said, agreement, proven: true, revealed: false };
  }

  async function open(said: LinkAnswer, { ephemeralPublicKey, sealed }: LinkDelivery) {
    const delivery = await openDeviceLinkDelivery({
      ephemeralPublicKey,
      ciphertext: sealed,
      transcript: { commitment, request, answer: said },
      privateKey: keys.privateKey,
    });
    return { answer: said, delivery };
  }

  async function enter(with_: LinkedIn): Promise<void> {
    show({ step: 'joining' });
    await join(with_);
    stop();
    // What was handed over has no business at the relay any more.
    tell();
  }

  show({
    step: 'waiting',
    qr: formatDeviceLinkCode({ linkId, commitment, secret }),
    expiresAtMs: endsAtMs,
  });
  plan(pollMs);
  return {
    confirm() {
      if (!alive || !answered?.revealed) throw new ClientError('conflict');
      if (answered.proven) return;
      answered.proven = true;
      show({ step: 'joining' });
      hurried = true;
      plan(0);
    },
    cancel() {
      if (!alive) return;
      stop();
      tell();
    },
    stop,
  };
}

function isSameAnswer(one: LinkAnswer, other: LinkAnswer | null): boolean {
  return (
    other !== null &&
    one.deviceId === other.deviceId &&
    equalBytes(one.identityKey, other.identityKey) &&
    equalBytes(one.accountKey, other.accountKey) &&
    equalBytes(one.nonce, other.nonce) &&
    (one.tag === undefined) === (other.tag === undefined) &&
    equalBytes(one.tag ?? one.nonce, other.tag ?? one.nonce)
  );
}

const isGone = (error: unknown): boolean =>
  error instanceof WireFailure && (error.wireCode === 'gone' || error.wireCode === 'not_found');
