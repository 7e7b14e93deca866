import { expect, it } from 'vitest';
import { fromHex, toHex } from '../../src/encoding/hex.ts';
import * as sotto from '../../src/index.ts';
import {
  alice,
  alicePhone,
  bob,
  bobLaptop,
  chat,
  filled,
  seededRandom,
} from '../building/builders.ts';
import { onEachBackEnd } from '../known-answers/on-each-back-end.ts';
import golden from './v1-session-secret.json' with { type: 'json' };

const devicePrivateKey = filled(32, 51);
const identitySeed = filled(32, 52);
const sessionSecret = filled(32, 53);
const sender = { userId: alice, deviceId: alicePhone };
const recipient = { userId: bob, deviceId: bobLaptop };

onEachBackEnd('The session secret of version 1', () => {
  it('opens', async () => {
    const { publicKey: identityKey } = await sotto.identityKeyPairFromSeed(identitySeed);

    const opened = await sotto.decryptSessionSecret({
      sessionId: chat,
      devicePrivateKey,
      sender: { ...sender, identityKey },
      recipient,
      ephemeralPublicKey: fromHex(golden.ephemeralPublicKey),
      encryptedSecret: fromHex(golden.encryptedSecret),
    });

    expect(opened).toEqual(sessionSecret);
  });

  it('is what this version makes from the same randomness', async () => {
    const { publicKey } = await sotto.sealingKeyPairFromPrivateKey(devicePrivateKey);

    const sealed = await sotto.sealSessionSecret({
      sessionId: chat,
      sessionSecret,
      sender: { ...sender, identitySeed },
      recipient: { ...recipient, publicKey },
      random: seededRandom(54),
    });

    expect({
      ephemeralPublicKey: toHex(sealed.ephemeralPublicKey),
      encryptedSecret: toHex(sealed.encryptedSecret),
    }).toEqual(golden);
  });
});
