/**
 * One example of every socket event. Their msgpack bytes are frozen in golden/v1.json: a change that
 * alters a frame of a released version fails, and an old frame is read for ever.
 */
const uuid = (n: number) => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
const bytes = (length: number, fill: number) => new Uint8Array(length).fill(fill);

const envelope = {
  chatId: uuid(1),
  seq: 7,
  clientId: uuid(2),
  senderId: uuid(3),
  senderDeviceId: uuid(4),
  ciphertext: bytes(64, 0xc1),
  createdAtMs: 1_790_000_000_000,
};

const receipt = {
  chatId: uuid(1),
  userId: uuid(3),
  deviceId: uuid(4),
  ciphertext: bytes(48, 0xc2),
  updatedAtMs: 1_790_000_000_001,
};

export const clientFrames = {
  'message:send': {
    request: { chatId: uuid(1), clientId: uuid(2), ciphertext: bytes(64, 0xc1) },
    response: { seq: 7, createdAtMs: 1_790_000_000_000 },
  },
  'message:sync': {
    request: { chatId: uuid(1), afterSeq: 0, limit: 200 },
    response: { messages: [envelope], headSeq: 7, receipts: [receipt] },
  },
  'receipt:send': {
    request: { chatId: uuid(1), ciphertext: bytes(48, 0xc2) },
    response: {},
  },
};

export const relayFrames = {
  'session:ready': {},
  'session:expired': {},
  'message:new': envelope,
  'receipt:new': receipt,
  'chat:changed': { chatId: uuid(1) },
  'chatKey:changed': { chatId: uuid(1), epoch: 2 },
  'device:changed': { userId: uuid(3) },
  'deviceLink:changed': { linkId: uuid(5) },
  'vault:changed': { version: 2 },
  'preKeys:low': { deviceId: uuid(4) },
  'device:revoked': { deviceId: uuid(4) },
};

export const errorFrame = { ok: false, error: { code: 'rate_limited', retryAfterMs: 1500 } };
