/** The inputs from which the golden file of device links and scanned safety codes was made. */
import { alice, alicePhone, bob, chat, filled, seededRandom } from '../building/builders.ts';
import { toHex } from '../../src/encoding/hex.ts';
import * as sotto from '../../src/index.ts';

export const secret = filled(32, 51);
export const linkPrivateKey = filled(32, 52);
const deviceSeed = filled(32, 53);
const accountSeed = filled(32, 54);

export const delivery = {
  vaultKey: filled(32, 55),
  vaultVersion: 2,
  manifestVersion: 3,
  manifestHash: filled(32, 56),
};

export async function makeTranscript(): Promise<sotto.DeviceLinkTranscript> {
  const [device, account, link] = await Promise.all([
    sotto.identityKeyPairFromSeed(deviceSeed),
    sotto.identityKeyPairFromSeed(accountSeed),
    sotto.sealingKeyPairFromPrivateKey(linkPrivateKey),
  ]);
  const request = {
    userId: alice,
    linkId: chat,
    publicKey: link.publicKey,
    nonce: filled(32, 57),
    deviceName: 'Büro ✓',
    deviceType: 'web',
  };
  return {
    commitment: await sotto.commitDeviceLink(request),
    request,
    answer: {
      deviceId: alicePhone,
      identityKey: device.publicKey,
      accountKey: account.publicKey,
      nonce: filled(32, 58),
    },
  };
}

/** Both people of the safety code, as the one who scans knows them. */
export async function makePair(): Promise<sotto.SafetyPair> {
  const { answer } = await makeTranscript();
  return {
    ourUserId: alice,
    ourAccountKey: answer.accountKey,
    theirUserId: bob,
    theirAccountKey: answer.identityKey,
  };
}

/** Everything that the file holds, made afresh from fixed randomness. */
export async function makeGolden() {
  const transcript = await makeTranscript();
  const { commitment, request, answer } = transcript;
  const { userId, linkId } = request;
  const { transcriptHash, code } = await sotto.agreeOnDeviceLink(transcript);
  const sealed = await sotto.sealDeviceLinkDelivery({
    transcript,
    identitySeed: deviceSeed,
    delivery,
    random: seededRandom(81),
  });
  const binding = { userId, linkId, commitment, answer };
  const pair = await makePair();
  return {
    commitment: toHex(commitment),
    transcriptHash: toHex(transcriptHash),
    code,
    qr: sotto.formatDeviceLinkCode({ linkId, commitment, secret }),
    tag: toHex(await sotto.tagDeviceLinkAnswer(secret, binding)),
    delivery: {
      ephemeralPublicKey: toHex(sealed.ephemeralPublicKey),
      ciphertext: toHex(sealed.ciphertext),
    },
    safetyQr: await sotto.formatSafetyQr({
      ourUserId: pair.theirUserId,
      ourAccountKey: pair.theirAccountKey,
      theirUserId: pair.ourUserId,
      theirAccountKey: pair.ourAccountKey,
    }),
  };
}
