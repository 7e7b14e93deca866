import { randomBytes, randomUUID } from 'node:crypto';
import {
  generateHybridKeyPair,
  generateIdentityKeyPair,
  generateSealingKeyPair,
  sha256,
  signLabelled,
  toBase64Url,
  uuidBytes,
  utf8,
} from '@sotto/crypto';
import type { IdentityKeyPair, ManifestDevice } from '@sotto/crypto';
import { labels } from '@sotto/protocol';
import type { DeviceId, UserId } from '@sotto/protocol';
import { signNextManifest } from './signed-manifest.ts';

/** Where a relay and its Supabase are. */
export interface Place {
  relay: { url: string };
  stack: { url: string; publishableKey: string };
}

/** A signed-in person on one device. */
export interface TestDevice {
  userId: UserId;
  deviceId: DeviceId;
  sessionId: string;
  token: string;
  identity: IdentityKeyPair;
}

/** An account with its keys; devices are added one after the other. */
export interface TestPerson {
  email: string;
  password: string;
  handle: string;
  userId: UserId;
  account: IdentityKeyPair;
  manifests: { version: number; hash: Uint8Array; devices: ManifestDevice[] }[];
}

/** An HTTP answer with its parsed body. */
export interface Answer {
  status: number;
  body: Record<string, unknown>;
  headers: Headers;
}

/** Asks a relay as nobody, as a person, or as a device. */
export async function ask(
  relay: { url: string },
  method: string,
  path: string,
  options: {
    token?: string;
    deviceId?: string;
    body?: unknown;
    headers?: Record<string, string>;
  } = {},
): Promise<Answer> {
  const response = await fetch(relay.url + path, {
    method,
    headers: {
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...(options.deviceId === undefined ? {} : { 'x-sotto-device': options.deviceId }),
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(options.body === undefined
      ? {}
      : {
          body: typeof options.body === 'string' ? options.body : JSON.stringify(options.body),
        }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return {
    status: response.status,
    body: isJson && text !== '' ? (JSON.parse(text) as Record<string, unknown>) : { text },
    headers: response.headers,
  };
}

/** Asks as a device, and fails loudly unless the answer is 200. */
export async function expectOk(
  relay: { url: string },
  method: string,
  path: string,
  options: Parameters<typeof ask>[3] = {},
): Promise<Record<string, unknown>> {
  const { status, body } = await ask(relay, method, path, options);
  if (status !== 200) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(body)}`);
  return body;
}

/** The claims of a token, unchecked. */
export function claimsOf(token: string): Record<string, unknown> {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
  return JSON.parse(payload) as Record<string, unknown>;
}

/** A fresh auth session by sign-up or password. */
export async function authenticate(
  place: Place,
  path: 'signup' | 'token?grant_type=password',
  person: { email: string; password: string },
): Promise<{ token: string; refreshToken: string; userId: UserId; sessionId: string }> {
  const body = await expectOk({ url: place.stack.url }, 'POST', `/auth/v1/${path}`, {
    body: { email: person.email, password: person.password },
    headers: { apikey: place.stack.publishableKey },
  });
  const token = String(body['access_token']);
  const claims = claimsOf(token);
  return {
    token,
    refreshToken: String(body['refresh_token']),
    userId: claims['sub'] as UserId,
    sessionId: String(claims['session_id']),
  };
}

/** Signs a person up, gives them a profile and a first device. */
export async function createPerson(
  place: Place,
): Promise<{ person: TestPerson; device: TestDevice }> {
  const name = `p${randomBytes(6).toString('hex')}`;
  const login = { email: `${name}@example.org`, password: randomBytes(12).toString('hex') };
  const session = await authenticate(place, 'signup', login);
  const person: TestPerson = {
    ...login,
    handle: name,
    userId: session.userId,
    account: await generateIdentityKeyPair(),
    manifests: [],
  };
  await expectOk(place.relay, 'PUT', '/api/account/profile', {
    token: session.token,
    body: { handle: name, displayName: name, avatarColor: 1 },
  });
  return { person, device: await registerDevice(place, person, session) };
}

/** Signs the person in once more, on a new device. */
export async function addDevice(
  place: Place,
  person: TestPerson,
  options: { hybrid?: boolean } = {},
): Promise<TestDevice> {
  const session = await authenticate(place, 'token?grant_type=password', person);
  return await registerDevice(place, person, session, options);
}

async function registerDevice(
  place: Place,
  person: TestPerson,
  session: { token: string; sessionId: string },
  options: { hybrid?: boolean } = {},
): Promise<TestDevice> {
  const made = await deviceRegistration(person, session.sessionId, options);
  await expectOk(place.relay, 'POST', '/api/devices', { token: session.token, body: made.body });
  person.manifests.push(made.head);
  return {
    userId: person.userId,
    deviceId: made.deviceId,
    sessionId: session.sessionId,
    token: session.token,
    identity: made.identity,
  };
}

const numberOf = ({ number }: ManifestDevice) => number;

/** The body of a registration with everything in it right. */
export async function deviceRegistration(
  person: TestPerson,
  sessionId: string,
  options: { hybrid?: boolean } = {},
) {
  const deviceId = randomUUID() as DeviceId;
  const identity = await generateIdentityKeyPair();
  const sealing = await generateSealingKeyPair();
  const head = person.manifests.at(-1);
  const version = (head?.version ?? 0) + 1;
  const name = `device ${version}`;
  const device: ManifestDevice = {
    deviceId,
    number: Math.max(0, ...person.manifests.flatMap(({ devices }) => devices).map(numberOf)) + 1,
    nameHash: await sha256(utf8(name)),
    identityKey: identity.publicKey,
    sealingKey: sealing.publicKey,
    ...(options.hybrid ? { hybridKey: (await generateHybridKeyPair()).publicKey } : {}),
    addedAtMs: Date.now(),
  };
  const signed = await signNextManifest(person, [...(head?.devices ?? []), device]);
  const sessionProof = await sessionProofOf(identity, person.userId, deviceId, sessionId);
  return {
    deviceId,
    identity,
    head: signed.head,
    body: {
      deviceId,
      name,
      deviceType: 'web',
      manifest: signed.record,
      sessionProof: toBase64Url(sessionProof),
    },
  };
}

/** The signature that ties an auth session to a device. */
export function sessionProofOf(
  identity: IdentityKeyPair,
  userId: string,
  deviceId: string,
  sessionId: string,
): Promise<Uint8Array> {
  return signLabelled({
    seed: identity.seed,
    label: labels.sessionProof,
    fields: [uuidBytes(userId), uuidBytes(deviceId), uuidBytes(sessionId)],
  });
}

/** What a request to delete the account carries, signed by one of its devices for the session that asks. */
export async function deletionBy(
  { identity, userId, deviceId }: TestDevice,
  sessionId: string,
): Promise<{ deviceId: DeviceId; proof: string }> {
  const proof = await signLabelled({
    seed: identity.seed,
    label: labels.accountDeletion,
    fields: [uuidBytes(userId), uuidBytes(deviceId), uuidBytes(sessionId)],
  });
  return { deviceId, proof: toBase64Url(proof) };
}

/** Starts a direct chat between two devices; wraps are opaque to the relay, so random here. */
export async function createChat(
  relay: { url: string },
  maker: TestDevice,
  partner: TestDevice,
): Promise<string> {
  const body = await expectOk(relay, 'POST', '/api/chats', {
    token: maker.token,
    deviceId: maker.deviceId,
    body: chatBody(partner.userId, [maker, partner]),
  });
  return (body['chat'] as { chatId: string }).chatId;
}

/** A request for a direct chat, with a wrap for each of the devices. */
export function chatBody(partnerId: string, devices: readonly TestDevice[]) {
  const random = (length: number) => randomBytes(length).toString('base64url');
  return {
    chatId: randomUUID(),
    kind: 'direct',
    partnerId,
    epoch: {
      epoch: 1,
      keyId: random(16),
      commitment: random(32),
      timestampMs: Date.now(),
      iterations: 600_000,
      deviceWraps: devices.map(({ deviceId, userId }) => ({
        deviceId,
        userId,
        ephemeralPublicKey: random(32),
        encryptedKey: random(80),
      })),
      vaultWrap: random(60),
    },
  };
}
