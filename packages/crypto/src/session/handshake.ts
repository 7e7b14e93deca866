/** PQXDH: both sides of the agreement that begins a session. */
import type { PreKeyBundle } from './pre-key-bundle.ts';
import {
  agree,
  assertTorsionFree,
  generateAgreementKeyPair,
  type AgreementKeyPair,
} from './agreement-key-pair.ts';
import { kyberDecapsulate, kyberEncapsulate } from '../kem/kyber-1024.ts';
import { giveWay } from '../primitives/give-way.ts';
import type { RandomSource } from '../primitives/random.ts';
import { parseIdentityPublicKey } from '../identity/public-key.ts';
import { handshakeKeys, rootStep } from './key-derivation.ts';
import type { KyberPreKeyRecord, PreKeyRecord, SignedPreKeyRecord } from './pre-key-records.ts';
import { handshakeHash, type PreKeySignalMessage } from './pre-key-signal-message.ts';
import type { PeerVersion, SessionState } from './session-state.ts';
import { initiatePqRatchet } from './spqr/pq-ratchet.ts';

/** Our own side. */
export interface LocalParty {
  identity: AgreementKeyPair;
  registrationId: number;
}

/** The initiator's session from a verified bundle. */
export async function initiateSession(input: {
  local: LocalParty;
  bundle: PreKeyBundle;
  peerVersion: PeerVersion;
  random: RandomSource;
}): Promise<SessionState> {
  const { local, bundle, peerVersion, random } = input;
  const { signedPreKey, preKey, kyberPreKey } = bundle;
  // On noble an agreement takes 1 ms and more, and the KEM as much: others run in between.
  await giveWay();
  const base = await generateAgreementKeyPair(random);
  const secrets = await Promise.all([
    agree(local.identity, signedPreKey.publicKey),
    agree(base, bundle.identityKey),
    agree(base, signedPreKey.publicKey),
    ...(preKey ? [agree(base, preKey.publicKey)] : []),
  ]);
  const kem = kyberEncapsulate(kyberPreKey.publicKey, random);
  const keys = await handshakeKeys([...secrets, kem.sharedSecret]);
  await giveWay();
  const ratchetKeyPair = await generateAgreementKeyPair(random);
  const secret = await agree(ratchetKeyPair, signedPreKey.publicKey);
  const { rootKey, chainKey } = await rootStep(keys.rootKey, secret);
  return {
    peerVersion,
    localIdentity: local.identity.publicKey,
    remoteIdentity: Uint8Array.from(bundle.identityKey),
    localRegistrationId: local.registrationId,
    remoteRegistrationId: bundle.registrationId,
    baseKey: base.publicKey,
    handshakeHash: undefined,
    rootKey,
    sender: { ratchetKeyPair, chainKey, index: 0 },
    previousCounter: 0,
    receivers: [
      {
        ratchetKey: Uint8Array.from(signedPreKey.publicKey),
        chainKey: keys.chainKey,
        index: 0,
        kept: [],
      },
    ],
    pendingPreKey: {
      preKeyId: preKey?.id,
      signedPreKeyId: signedPreKey.id,
      kyberPreKeyId: kyberPreKey.id,
      kyberCiphertext: kem.ciphertext,
    },
    pqRatchet: await initialPqRatchet(peerVersion, keys.pqKey, 'initiator'),
  };
}

/** The responder's session from a first message; nothing in it is proven before that message opens. */
export async function respondToSession(input: {
  local: LocalParty;
  message: PreKeySignalMessage;
  preKey: PreKeyRecord | undefined;
  signedPreKey: SignedPreKeyRecord;
  kyberPreKey: KyberPreKeyRecord;
  peerVersion: PeerVersion;
}): Promise<SessionState> {
  const { local, message, preKey, signedPreKey, kyberPreKey, peerVersion } = input;
  await assertTorsionFree(message.baseKey);
  const remoteIdentity = parseIdentityPublicKey(message.identityKey);
  await giveWay();
  const secrets = await Promise.all([
    agree(signedPreKey.keyPair, remoteIdentity),
    agree(local.identity, message.baseKey),
    agree(signedPreKey.keyPair, message.baseKey),
    ...(preKey ? [agree(preKey.keyPair, message.baseKey)] : []),
  ]);
  const kemSecret = kyberDecapsulate(message.kyberCiphertext, kyberPreKey.keyPair.secretKey);
  const keys = await handshakeKeys([...secrets, kemSecret]);
  await giveWay();
  return {
    peerVersion,
    localIdentity: local.identity.publicKey,
    remoteIdentity,
    localRegistrationId: local.registrationId,
    remoteRegistrationId: message.registrationId,
    baseKey: message.baseKey,
    handshakeHash: await handshakeHash(message),
    rootKey: keys.rootKey,
    sender: { ratchetKeyPair: signedPreKey.keyPair, chainKey: keys.chainKey, index: 0 },
    previousCounter: 0,
    receivers: [],
    pendingPreKey: undefined,
    pqRatchet: await initialPqRatchet(peerVersion, keys.pqKey, 'responder'),
  };
}

async function initialPqRatchet(
  peerVersion: PeerVersion,
  pqKey: Uint8Array,
  role: 'initiator' | 'responder',
): Promise<Uint8Array | undefined> {
  if (peerVersion === 'pqxdh') return undefined;
  return initiatePqRatchet({ pqKey, role, keylessAllowed: peerVersion === 'spqr' });
}
