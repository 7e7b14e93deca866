import { expect, it } from 'vitest';
import { fromHex } from '../../src/encoding/hex.ts';
import * as sotto from '../../src/index.ts';
import { onEachBackEnd } from '../known-answers/on-each-back-end.ts';
import {
  delivery,
  linkPrivateKey,
  makeGolden,
  makePair,
  makeTranscript,
  secret,
} from './golden-device-link-values.ts';
import golden from './v1-device-link.json' with { type: 'json' };

onEachBackEnd('What version 1 made of device links', () => {
  it('opens: delivery', async () => {
    const transcript = await makeTranscript();

    const opened = await sotto.openDeviceLinkDelivery({
      transcript,
      privateKey: linkPrivateKey,
      ephemeralPublicKey: fromHex(golden.delivery.ephemeralPublicKey),
      ciphertext: fromHex(golden.delivery.ciphertext),
    });

    expect(opened).toEqual(delivery);
  });

  it('holds: code of the camera and its tag', async () => {
    const { commitment, request, answer } = await makeTranscript();
    const { userId, linkId } = request;
    const binding = { userId, linkId, commitment, answer };

    expect(sotto.parseDeviceLinkCode(golden.qr)).toEqual({ linkId, commitment, secret });
    expect(await sotto.verifyDeviceLinkTag(secret, binding, fromHex(golden.tag))).toBe(true);
  });

  it('matches: scanned safety code', async () => {
    expect(await sotto.compareSafetyQr(golden.safetyQr, await makePair())).toBe('match');
  });

  it('is what this version makes from the same randomness', async () => {
    expect(await makeGolden()).toEqual(golden);
  });
});
