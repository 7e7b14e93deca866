/** A guest: keys vouched for by the link, a host's signed admission, a sender key through a session. */
import assert from 'node:assert/strict';
import {
  GroupSessionBuilder,
  InMemorySenderKeyStore,
  SenderKeyDistributionMessage,
  SenderKeyName,
  SessionBuilder,
  SessionCipher,
  concatBytes,
  formatLinkSecret,
  generateIdentityKeyPair,
  generateLinkSecret,
  parseLinkSecret,
  signAdmission,
  systemRandom,
  tagGuestBundle,
  verifyAdmission,
  verifyGuestBundle,
} from '../src/index.ts';
import { bundleOf, makeDevice } from '../test/session/devices.ts';

const meetingId = '0a1b2c3d-0000-4000-8000-00000000c4a7';
const guestSessionId = '0a1b2c3d-0000-4000-8000-0000000000e1';
const host = {
  userId: '0a1b2c3d-0000-4000-8000-00000000a11c',
  deviceId: '0a1b2c3d-0000-4000-8000-0000000000a1',
};

const hostDevice = await makeDevice({ name: host.userId, deviceId: 1 }, systemRandom);
const guestDevice = await makeDevice({ name: guestSessionId, deviceId: 1 }, systemRandom);

// The link's fragment never reaches a server. The guest tags the keys that it publishes.
const fragment = `#${formatLinkSecret(generateLinkSecret())}`;
const published = await bundleOf(guestDevice);
const bundle = concatBytes(published.identityKey, published.signedPreKey.publicKey);
const binding = { meetingId, guestSessionId, bundle };
const tag = await tagGuestBundle(parseLinkSecret(fragment), binding);
assert(await verifyGuestBundle(parseLinkSecret(fragment), binding, tag));

// The host admits; every member's client checks that before it sends a key.
const signer = await generateIdentityKeyPair();
const admission = {
  meetingId,
  sequence: 1,
  guestSessionId,
  guestIdentityKey: published.identityKey,
  epochHash: systemRandom(32),
  decision: 'admitted' as const,
  host,
};
const signature = await signAdmission({ admission, identitySeed: signer.seed });
await verifyAdmission({ admission, signature, hostKey: signer.publicKey });

// A session from the guest's prekeys carries the meeting's sender key.
const toGuest = { stores: hostDevice.stores, remoteAddress: guestDevice.address };
await new SessionBuilder(toGuest).processPreKeyBundle(published);
const name = new SenderKeyName(meetingId, hostDevice.address);
const distribution = await new GroupSessionBuilder(new InMemorySenderKeyStore()).create(name);
const sent = await new SessionCipher({ ...toGuest, localAddress: hostDevice.address }).encrypt(
  distribution.serialize(),
);

const received = await new SessionCipher({
  stores: guestDevice.stores,
  localAddress: guestDevice.address,
  remoteAddress: hostDevice.address,
}).decrypt(sent);
const guestStore = new InMemorySenderKeyStore();
await new GroupSessionBuilder(guestStore).process(
  name,
  SenderKeyDistributionMessage.parse(received),
);
assert((await guestStore.loadSenderKey(name))?.find(distribution.chainId));
