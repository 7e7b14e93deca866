import { expect, it } from 'vitest';
import { filled } from '../building/builders.ts';
import { onEachBackEnd } from '../known-answers/on-each-back-end.ts';
import { fromHex } from '../../src/encoding/hex.ts';
import * as sotto from '../../src/index.ts';
import {
  admissionOf,
  apiPrivateKeyHex,
  author,
  clientPrivateKeyHex,
  content,
  deviceSeed,
  envelopeOf,
  guestBinding,
  hybridSeed,
  linkSecret,
  makeGolden,
  place,
  purpose,
  recipient,
  relayPrivateKeyHex,
  stampBody,
} from './golden-groups-values.ts';
import golden from './v1-groups.json' with { type: 'json' };

onEachBackEnd('What version 1 made of groups', () => {
  it('opens: hybrid seal', async () => {
    const hybrid = await sotto.hybridKeyPairFromPrivateKey(hybridSeed);
    const sealing = await sotto.sealingKeyPairFromPrivateKey(filled(32, 46));
    const { publicKey: identityKey } = await sotto.identityKeyPairFromSeed(deviceSeed);

    const payload = await sotto.openSigned({
      ...purpose,
      ephemeralPublicKey: fromHex(golden.hybridSeal.ephemeralPublicKey),
      ciphertext: fromHex(golden.hybridSeal.ciphertext),
      sender: { ...author, identityKey },
      recipient: { ...recipient, ...sealing, hybrid },
    });

    expect(payload).toEqual(content);
  });

  it('opens: group messages, from distribution and from kept records', async () => {
    const name = sotto.senderKeyNameOf(place);
    const [first, second] = golden.senderKey.messages.map(fromHex);
    const fresh = new sotto.InMemorySenderKeyStore();
    const distribution = fromHex(golden.senderKey.distribution);
    await new sotto.GroupSessionBuilder(fresh).process(
      name,
      sotto.SenderKeyDistributionMessage.parse(distribution),
    );
    const [own, kept] = golden.senderKey.records.map((hex) =>
      sotto.SenderKeyRecord.deserialize(fromHex(hex)),
    );
    const store = new sotto.InMemorySenderKeyStore();
    await store.storeSenderKey(name, kept ?? new sotto.SenderKeyRecord());
    const open = (from: sotto.SenderKeyStore, message = filled(0, 0)) =>
      sotto.decryptGroupMessage({ store: from, place, message });

    expect(await open(fresh, second)).toEqual(content);
    expect(await open(fresh, first)).toEqual(content);
    expect(await open(store, first)).toEqual(content);
    expect(own?.states[0]?.chain.iteration).toBe(2);
  });

  it('opens: credential bundle, envelope and stamp', async () => {
    const { bundle, envelopeSignature, stamp } = golden.credential;
    const opened = await sotto.openCredentialBundle({ bundle, privateKeyHex: clientPrivateKeyHex });

    expect(opened.privateKeyHex).toBe(apiPrivateKeyHex);
    await sotto.verifyCredentialEnvelope({
      envelope: envelopeOf(bundle),
      signature: fromHex(envelopeSignature),
      publicKeyHex: sotto.sessionKeypairOf(relayPrivateKeyHex).publicKeyHex,
    });
    expect(sotto.verifyStamp({ stampHeaderValue: stamp, body: stampBody }).publicKeyHex).toBe(
      opened.publicKeyHex,
    );
  });

  it('verifies: membership log, admission and guest keys', async () => {
    const key = fromHex(golden.devicePublicKey);
    const entries = golden.groupLog.map(({ body, signature }) => ({
      body: fromHex(body),
      signature: fromHex(signature),
    }));

    const log = await sotto.verifyGroupLog({
      groupId: golden.groupId,
      entries,
      findDeviceKey: () => ({ publicKey: key, current: true }),
    });

    expect((await log.state()).epochHash).toEqual(fromHex(golden.groupLog[1]?.hash ?? ''));
    const signature = fromHex(golden.admission);
    await sotto.verifyAdmission({ admission: admissionOf(key), signature, hostKey: key });
    const tag = fromHex(golden.guestBundleTag);
    expect(await sotto.verifyGuestBundle(linkSecret, guestBinding, tag)).toBe(true);
  });

  it('opens: attachment', async () => {
    const { file, key, size, hash } = golden.attachment;
    const pointer = { key: fromHex(key), size, hash: fromHex(hash) };

    expect(await sotto.decryptAttachment(fromHex(file), pointer)).toEqual(content);
  });

  it('is what this version makes from the same randomness', async () => {
    expect(await makeGolden()).toEqual(golden);
  });
});
