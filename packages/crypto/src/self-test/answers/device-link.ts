import { agreeOnDeviceLink, commitDeviceLink } from '../../device-link/device-link.ts';
import { openDeviceLinkDelivery } from '../../device-link/device-link-delivery.ts';
import { fromHex, toHex } from '../../encoding/hex.ts';
import { identityKeyPairFromSeed } from '../../identity/identity-key-pair.ts';
import { sealingKeyPairFromPrivateKey } from '../../seal/sealing-key-pair.ts';
import { altered, refusalOf, type KnownAnswers } from '../known-answer.ts';

const filled = (value: number) => new Uint8Array(32).fill(value);

/** A link that version 1 of the format made. */
const recorded = {
  commitment: '85e7aff41e331fb0f5c40cf17ac8f2c0ceb39b912b9dc35f553c3ba50344bd58',
  transcriptHash: '3206c16859f8c105c5c409eb906c2be24df977e17e9097e18afe54509cd39508',
  code: '967560',
  ephemeralPublicKey: 'd9cf7b427e8422042c6fca902376d76d1f7be9287739416096b571467233971e',
  ciphertext:
    '10739047ad3d720c6a44068b43fa9cceb250a40a3ca6e93188b068323287c7981c87cad67588249566c6ed816da8d39435018889ae17a16cdbaefe78c98ab98589c28efe46ce967d92da818b9cc4dbf23f79faac3d106435a4805a6cd1edc5038b8164acbb001797f25f7ddabe006430f98a174664f91b1c8df85bd72ef2884a0a7759bf1323c01706082c0c5e82389d2c60606abc8499dd8fd1a4e73f118b21db426c54fcf691e4f29da3a24dfbf8580814f1ec29b4a6a61d7ec3f1e0cadf0493e1cf2abb5ec8d3e70693bb2ba637d4a5',
};

async function transcript() {
  const [device, account, link] = await Promise.all([
    identityKeyPairFromSeed(filled(53)),
    identityKeyPairFromSeed(filled(54)),
    sealingKeyPairFromPrivateKey(filled(52)),
  ]);
  return {
    commitment: fromHex(recorded.commitment),
    request: {
      userId: '0a1b2c3d-0000-4000-8000-00000000a11c',
      linkId: '0a1b2c3d-0000-4000-8000-00000000c4a7',
      publicKey: link.publicKey,
      nonce: filled(57),
      deviceName: 'Büro ✓',
      deviceType: 'web',
    },
    answer: {
      deviceId: '0a1b2c3d-0000-4000-8000-0000000000a1',
      identityKey: device.publicKey,
      accountKey: account.publicKey,
      nonce: filled(58),
    },
  };
}

const open = async (ciphertext: Uint8Array) =>
  openDeviceLinkDelivery({
    transcript: await transcript(),
    privateKey: filled(52),
    ephemeralPublicKey: fromHex(recorded.ephemeralPublicKey),
    ciphertext,
  });

/** Letting a device in: commitment, digits, delivery. */
export const deviceLink: KnownAnswers = {
  algorithm: 'Device link',
  origin: 'made by version 1 of Sotto, kept for ever',
  native: ['X25519', 'Ed25519', 'AES-GCM'],
  answers: [
    {
      compute: async () => toHex(await commitDeviceLink((await transcript()).request)),
      expected: recorded.commitment,
    },
    {
      compute: async () => {
        const { transcriptHash, code } = await agreeOnDeviceLink(await transcript());
        return `${toHex(transcriptHash)} ${code}`;
      },
      expected: `${recorded.transcriptHash} ${recorded.code}`,
    },
    {
      compute: async () => toHex((await open(fromHex(recorded.ciphertext))).vaultKey),
      expected: '37'.repeat(32),
    },
    {
      compute: () => refusalOf(() => open(altered(fromHex(recorded.ciphertext)))),
      expected: 'open_failed',
    },
  ],
};
