/** A session credential: sealed to a client's key, checked by its envelope, used by stamping a request. */
import assert from 'node:assert/strict';
import {
  createStamp,
  generateSessionKeypair,
  openCredentialBundle,
  sealCredentialBundle,
  signCredentialEnvelope,
  utf8,
  verifyCredentialEnvelope,
  verifyStamp,
} from '../src/index.ts';

// The client keeps the private half; the relay is sent the public one.
const client = generateSessionKeypair();
const relay = generateSessionKeypair();

// The relay makes an API key, registers its public half, and forgets the private one.
const apiKey = generateSessionKeypair();
const envelope = {
  bundle: await sealCredentialBundle({
    privateKeyHex: apiKey.privateKeyHex,
    targetPublicKeyHex: client.uncompressedPublicKeyHex,
  }),
  organizationId: '0a1b2c3d-0000-4000-8000-0000000000c0',
  userId: '0a1b2c3d-0000-4000-8000-00000000a11c',
  type: 'read-write-client',
  scope: 'messages',
  expiresAtMs: 1_700_000_900_000,
};
const signature = await signCredentialEnvelope({ envelope, privateKeyHex: relay.privateKeyHex });

// The client checks what it was given before it opens it, and stamps its requests.
await verifyCredentialEnvelope({ envelope, signature, publicKeyHex: relay.publicKeyHex });
const { privateKeyHex } = await openCredentialBundle({
  bundle: envelope.bundle,
  privateKeyHex: client.privateKeyHex,
});
const body = utf8('{"timestampMs":"1700000000000","type":"LIST_SESSIONS"}');
const { stampHeaderValue } = createStamp({ body, privateKeyHex });

assert.equal(verifyStamp({ stampHeaderValue, body }).publicKeyHex, apiKey.publicKeyHex);
