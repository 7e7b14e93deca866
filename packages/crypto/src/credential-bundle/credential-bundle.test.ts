import { p256 } from '@noble/curves/nist.js';
import { describe, expect, it } from 'vitest';
import {
  alice,
  bob,
  damaged,
  damageNotRefused,
  filled,
  offsetView,
  refusal,
  seededRandom,
} from '../../test/building/builders.ts';
import { concatBytes } from '../encoding/bytes.ts';
import { fromBase64Url, toBase64Url } from '../encoding/base64.ts';
import { fromHex, toHex } from '../encoding/hex.ts';
import { be64 } from '../encoding/integers.ts';
import { fromUtf8, utf8 } from '../encoding/text.ts';
import { labelledMessage } from '../identity/labelled-message.ts';
import { parseP256PublicKey } from '../primitives/p256-verify.ts';
import { sha256 } from '../primitives/sha2.ts';
import { fromBase58Check, toBase58Check } from './base58check.ts';
import { createStamp } from './create-stamp.ts';
import { openCredentialBundle, sealCredentialBundle } from './credential-bundle.ts';
import { credentialEnvelopeMessage, type CredentialEnvelope } from './credential-envelope.ts';
import { kemP256 } from './dhkem-p256.ts';
import { sealBundle } from './hpke-bundle.ts';
import { generateSessionKeypair, sessionKeypairOf } from './session-keypair.ts';
import { signCredentialEnvelope } from './sign-credential-envelope.ts';
import { verifyCredentialEnvelope } from './verify-credential-envelope.ts';
import { verifyStamp } from './verify-stamp.ts';

const client = generateSessionKeypair({ random: seededRandom(5) });
const apiKey = generateSessionKeypair({ random: seededRandom(7) });
const relay = generateSessionKeypair({ random: seededRandom(9) });
const groupOrder = p256.Point.Fn.ORDER;

const seal = (targetPublicKeyHex = client.uncompressedPublicKeyHex) =>
  sealCredentialBundle({ privateKeyHex: apiKey.privateKeyHex, targetPublicKeyHex });
const open = (bundle: string, privateKeyHex = client.privateKeyHex) =>
  openCredentialBundle({ bundle, privateKeyHex });

describe('A session key pair', () => {
  it('is made from the randomness it is given', () => {
    expect(generateSessionKeypair({ random: seededRandom(5) })).toEqual(client);
    expect(generateSessionKeypair().privateKeyHex).not.toBe(client.privateKeyHex);
  });
});

describe('A credential bundle', () => {
  it('opens with the key it was sealed to, however that key was written', async () => {
    for (const target of [client.publicKeyHex, client.uncompressedPublicKeyHex.toUpperCase()]) {
      expect(await open(await seal(target))).toEqual(apiKey);
    }
    expect(await refusal(async () => open(await seal(), relay.privateKeyHex))).toBe('open_failed');
  });

  it('does not open with any byte flipped, cut or added, nor any character changed', async () => {
    const bundle = await seal();
    const bytes = fromBase58Check(bundle);

    expect(await damageNotRefused(bytes, (copy) => open(toBase58Check(copy)))).toEqual([]);
    for (let i = 0; i < bundle.length; i++) {
      for (const character of ['1', 'z', '0', '']) {
        const changed = bundle.slice(0, i) + character + bundle.slice(i + 1);
        if (changed === bundle) continue;
        expect(await refusal(() => open(changed))).toBe('open_failed');
      }
    }
    expect(await refusal(() => open('1'.repeat(100_000)))).toBe('open_failed');
  });

  it('is refused when what is inside is no private key', async () => {
    const recipient = parseP256PublicKey(fromHex(client.publicKeyHex));
    for (const inside of [filled(32, 0), filled(32, 0xff), filled(31, 1), filled(200, 1)]) {
      const bundle = await sealBundle(recipient, inside);
      expect(await refusal(() => open(bundle))).toBe('open_failed');
    }
  });

  it('takes an encapsulated key in one form', async () => {
    const recipient = parseP256PublicKey(fromHex(client.publicKeyHex));
    const privateKey = fromHex(client.privateKeyHex);
    const { enc, sharedSecret } = await kemP256.encap(recipient.uncompressed, filled(32, 1));

    expect(await kemP256.decap(enc, privateKey)).toEqual(sharedSecret);
    const { compressed } = parseP256PublicKey(enc);
    expect(await refusal(() => kemP256.decap(compressed, privateKey))).toBe('bad_key');
  });

  it('is not made for or from refused keys', async () => {
    const zero = '00'.repeat(32);
    const order = groupOrder.toString(16);
    for (const privateKeyHex of [zero, order, 'ff'.repeat(32), '01', '']) {
      expect(await refusal(() => sessionKeypairOf(privateKeyHex))).toBe('bad_key');
      const sealing = { privateKeyHex, targetPublicKeyHex: client.publicKeyHex };
      expect(await refusal(() => sealCredentialBundle(sealing))).toBe('bad_key');
    }
    expect(await refusal(() => sessionKeypairOf('not hex'))).toBe('bad_encoding');
    const infinity = '00';
    const hybrid = `06${client.uncompressedPublicKeyHex.slice(2)}`;
    const offCurve = `${client.uncompressedPublicKeyHex.slice(0, -2)}00`;
    for (const key of [infinity, hybrid, offCurve, `02${'ff'.repeat(32)}`, '']) {
      expect([key, await refusal(() => seal(key))]).toEqual([key, 'bad_key']);
    }
  });
});

describe('An envelope', () => {
  const make = async (): Promise<CredentialEnvelope> => ({
    bundle: await seal(),
    organizationId: alice,
    userId: bob,
    type: 'read-write-client',
    scope: 'messages:write',
    expiresAtMs: 1_700_000_000_000,
  });
  const sign = (envelope: CredentialEnvelope) =>
    signCredentialEnvelope({ envelope, privateKeyHex: relay.privateKeyHex });
  const verify = (envelope: CredentialEnvelope, signature: Uint8Array, key = relay) =>
    verifyCredentialEnvelope({ envelope, signature, publicKeyHex: key.publicKeyHex });

  it('verifies, and for nothing else than it was signed for', async () => {
    const envelope = await make();
    const signature = await sign(envelope);
    await verify(envelope, offsetView(signature));
    const other: Partial<CredentialEnvelope>[] = [
      { bundle: await seal() },
      { organizationId: bob },
      { userId: alice },
      { userId: null },
      { type: 'read-only' },
      { scope: 'messages:read' },
      { expiresAtMs: 1_700_000_000_001 },
    ];
    for (const part of other) {
      expect(await refusal(() => verify({ ...envelope, ...part }, signature))).toBe(
        'bad_signature',
      );
    }
    expect(await refusal(() => verify(envelope, signature, apiKey))).toBe('bad_signature');
    await verify({ ...envelope, userId: null }, await sign({ ...envelope, userId: null }));
  });

  it('has one encoding, in which nobody is an empty text', async () => {
    const envelope = { ...(await make()), userId: null };

    expect(await credentialEnvelopeMessage(envelope)).toEqual(
      labelledMessage('credential-envelope', [
        await sha256(utf8(envelope.bundle)),
        utf8(alice),
        filled(0, 0),
        utf8('read-write-client'),
        utf8('messages:write'),
        be64(1_700_000_000_000),
      ]),
    );
    for (const userId of ['', 'two words'])
      expect(await refusal(() => sign({ ...envelope, userId }))).toBe('RangeError');
  });

  it('is malformed, for who gets it, with texts or an expiry that nobody could sign', async () => {
    const envelope = await make();
    const signature = await sign(envelope);
    for (const part of [
      { bundle: `${envelope.bundle}\ud800` },
      { organizationId: '\udc00' },
      { userId: 'two words' },
      { type: '' },
      { scope: 'messages:\ud83d' },
      { expiresAtMs: -1 },
      { expiresAtMs: 0.5 },
    ]) {
      const got = await refusal(() => verify({ ...envelope, ...part }, signature));
      expect([part, got]).toEqual([part, 'bad_encoding']);
    }
  });

  it('has one signature form: every change is refused, the other s too', async () => {
    const envelope = await make();
    const signature = await sign(envelope);
    const s = BigInt(`0x${toHex(signature.subarray(32))}`);
    const high = fromHex((groupOrder - s).toString(16).padStart(64, '0'));

    expect(
      await damageNotRefused(signature, (copy) => verify(envelope, copy), 'bad_signature'),
    ).toEqual([]);
    const raised = concatBytes(signature.subarray(0, 32), high);
    expect(await refusal(() => verify(envelope, raised))).toBe('bad_signature');
  });
});

describe('A stamp', () => {
  const body = utf8('{"timestampMs":"1700000000000"}');
  const stamp = createStamp({ body, privateKeyHex: apiKey.privateKeyHex });

  it('names its key and verifies over exactly its body', async () => {
    expect(stamp.stampHeaderName).toBe('X-Stamp');
    const { stampHeaderValue } = stamp;
    const { publicKeyHex } = apiKey;
    expect(verifyStamp({ stampHeaderValue, body: offsetView(body) })).toEqual({ publicKeyHex });
    for (const [what, copy] of damaged(body)) {
      const got = await refusal(() => verifyStamp({ stampHeaderValue, body: copy }));
      expect([what, got]).toEqual([what, 'bad_signature']);
    }
  });

  it('is refused with any character of its header changed', async () => {
    const value = stamp.stampHeaderValue;
    const text = fromUtf8(fromBase64Url(value));
    const accepted: string[] = [];
    const codes = new Set<string>();
    for (let i = 0; i < value.length; i++) {
      const changed = value.slice(0, i) + (value[i] === 'A' ? 'B' : 'A') + value.slice(i + 1);
      const got = await refusal(() => verifyStamp({ stampHeaderValue: changed, body }));
      if (got === 'accepted') accepted.push(fromUtf8(fromBase64Url(changed)));
      codes.add(got);
    }
    expect(codes).toContain('bad_signature');
    expect([...codes].filter((code) => !/^(bad_.*|accepted)$/.test(code))).toEqual([]);
    // A hexadecimal digit of the other case says the same.
    expect(accepted.filter((same) => same.toLowerCase() !== text.toLowerCase())).toEqual([]);
  });

  it('may name its fields in any order, in up to 1,024 characters', async () => {
    const parsed = JSON.parse(fromUtf8(fromBase64Url(stamp.stampHeaderValue)));
    const { publicKey, scheme, signature } = parsed as Record<string, string>;
    const text = JSON.stringify({ signature, scheme, publicKey });
    const verify = (bytes: number) =>
      refusal(() => verifyStamp({ stampHeaderValue: toBase64Url(utf8(text.padEnd(bytes))), body }));

    expect(await verify(0)).toBe('accepted');
    expect(await verify(768)).toBe('accepted');
    expect(await verify(769)).toBe('bad_encoding');
    expect(() => verifyStamp({ stampHeaderValue: 'AAAA', body })).toThrow(
      expect.objectContaining({ code: 'bad_encoding', cause: expect.any(SyntaxError) }),
    );
  });

  it('is refused when it is not a stamp', async () => {
    const fields = {
      publicKey: apiKey.publicKeyHex,
      scheme: 'SIGNATURE_SCHEME_TK_API_P256',
      signature: '30',
    };
    const wrong: [unknown, string][] = [
      [null, 'bad_encoding'],
      [[], 'bad_encoding'],
      ['text', 'bad_encoding'],
      [{}, 'bad_encoding'],
      [{ ...fields, scheme: 'none' }, 'bad_encoding'],
      [{ ...fields, more: '' }, 'bad_encoding'],
      [{ ...fields, signature: 1 }, 'bad_encoding'],
      [{ ...fields, signature: 'xy' }, 'bad_encoding'],
      [{ ...fields, publicKey: apiKey.uncompressedPublicKeyHex }, 'bad_key'],
      [{ ...fields, publicKey: `05${'11'.repeat(32)}` }, 'bad_key'],
      [fields, 'bad_signature'],
      [{ ...fields, signature: '' }, 'bad_signature'],
    ];
    for (const [value, code] of wrong) {
      const stampHeaderValue = toBase64Url(utf8(JSON.stringify(value)));
      expect([value, await refusal(() => verifyStamp({ stampHeaderValue, body }))]).toEqual([
        value,
        code,
      ]);
    }
    for (const stampHeaderValue of ['', '{}', 'e30=', 'A'.repeat(2_000), '[['.repeat(300)]) {
      expect(await refusal(() => verifyStamp({ stampHeaderValue, body }))).toBe('bad_encoding');
    }
  });
});
