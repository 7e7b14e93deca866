import { CryptoError } from '../errors.ts';
import { systemRandom, type RandomSource } from '../primitives/random.ts';
import { initiateSession } from './handshake.ts';
import { verifyPreKeyBundle, type PreKeyBundle } from './pre-key-bundle.ts';
import { addressBytes, addressText, type ProtocolAddress } from './protocol-address.ts';
import { withRecordLock } from './record-lock.ts';
import {
  parseSessionRecord,
  peerVersionOr,
  promoteState,
  serializeSessionRecord,
  type PeerVersion,
} from './session-state.ts';
import type { IdentityKeyStore, SessionStore } from './stores.ts';

/** Starts sessions with one address from published prekeys (PQXDH, initiator). */
export class SessionBuilder {
  readonly #remoteAddress: ProtocolAddress;
  readonly #sessions: SessionStore;
  readonly #identity: IdentityKeyStore;
  readonly #peerVersion: PeerVersion;
  readonly #random: RandomSource;

  constructor(input: {
    remoteAddress: ProtocolAddress;
    stores: { sessions: SessionStore; identity: IdentityKeyStore };
    /** The oldest protocol to accept from this peer; `addresses` unless it is pinned to an older one. */
    peerVersion?: PeerVersion;
    random?: RandomSource;
  }) {
    addressBytes(input.remoteAddress);
    this.#remoteAddress = input.remoteAddress;
    this.#sessions = input.stores.sessions;
    this.#identity = input.stores.identity;
    this.#peerVersion = peerVersionOr(input.peerVersion);
    this.#random = input.random ?? systemRandom;
  }

  /**
   * Makes a new current session from a bundle and stores it; the one before is archived.
   *
   * The keys are judged first (`bad_key`), then their signatures (`bad_signature`), then whether the store trusts the
   * identity (`bad_key`). Nothing is stored on failure.
   */
  async processPreKeyBundle(bundle: PreKeyBundle): Promise<void> {
    await verifyPreKeyBundle(bundle);
    const address = this.#remoteAddress;
    await withRecordLock(this.#sessions, addressText(address), async () => {
      if (!(await this.#identity.isTrustedIdentity(address, bundle.identityKey))) {
        throw new CryptoError('bad_key', 'the identity key is not trusted');
      }
      const state = await initiateSession({
        local: {
          identity: await this.#identity.getIdentityKeyPair(),
          registrationId: await this.#identity.getLocalRegistrationId(),
        },
        bundle,
        peerVersion: this.#peerVersion,
        random: this.#random,
      });
      const record = parseSessionRecord(await this.#sessions.loadSession(address));
      await this.#sessions.storeSession(
        address,
        serializeSessionRecord(promoteState(record, state)),
      );
      await this.#identity.saveIdentity(address, bundle.identityKey);
    });
  }
}
