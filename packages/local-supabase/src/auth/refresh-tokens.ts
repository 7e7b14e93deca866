/**
 * Refresh tokens: no row each, but a counter per session and a MAC under the session's own key.
 *
 * Layout, base64url without padding:
 * `0x00 | session id (16) | counter (unsigned varint) | HMAC-SHA256(key, all before)[0..16] |
 * SHA-256(all before)[0..4]`. The checksum tells a damaged token from a forged one without a query.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const VERSION = 0;
const MAC_BYTES = 16;
const CHECKSUM_BYTES = 4;
const SESSION_OFFSET = 1;
const COUNTER_OFFSET = 17;
/** A varint of Number.MAX_SAFE_INTEGER has 8 bytes. */
const MAX_COUNTER_BYTES = 8;
const MAX_TOKEN_CHARACTERS = 64;

/** A token that was read, but whose MAC is not yet checked. */
export interface ParsedRefreshToken {
  sessionId: string;
  counter: number;
  /** Whether the MAC was made under this session's key; constant time. */
  isAuthentic(keyBase64: string): boolean;
}

/** A fresh MAC key for a session: 32 random bytes, base64. */
export function generateRefreshKey(): string {
  return randomBytes(32).toString('base64');
}

/** The token of a session at `counter`. */
export function serializeRefreshToken(
  sessionId: string,
  counter: number,
  keyBase64: string,
): string {
  const prefix = Buffer.concat([
    Buffer.from([VERSION]),
    Buffer.from(sessionId.replaceAll('-', ''), 'hex'),
    encodeVarint(counter),
  ]);
  const signed = Buffer.concat([prefix, mac(keyBase64, prefix)]);
  return Buffer.concat([signed, checksum(signed)]).toString('base64url');
}

/** Reads a token; `undefined` when it is not one. Exactly one spelling of each token is accepted. */
export function parseRefreshToken(token: string): ParsedRefreshToken | undefined {
  if (token.length > MAX_TOKEN_CHARACTERS || !/^[A-Za-z0-9_-]+$/.test(token)) return undefined;
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.toString('base64url') !== token || bytes[0] !== VERSION) return undefined;
  const macOffset = bytes.length - MAC_BYTES - CHECKSUM_BYTES;
  if (macOffset <= COUNTER_OFFSET) return undefined;
  const signed = bytes.subarray(0, -CHECKSUM_BYTES);
  if (!timingSafeEqual(checksum(signed), bytes.subarray(-CHECKSUM_BYTES))) return undefined;
  const counter = decodeVarint(bytes.subarray(COUNTER_OFFSET, macOffset));
  if (counter === undefined) return undefined;
  const prefix = bytes.subarray(0, macOffset);
  const given = bytes.subarray(macOffset, macOffset + MAC_BYTES);
  return {
    sessionId: formatUuid(bytes.subarray(SESSION_OFFSET, COUNTER_OFFSET)),
    counter,
    isAuthentic: (keyBase64) => timingSafeEqual(mac(keyBase64, prefix), given),
  };
}

function mac(keyBase64: string, prefix: Uint8Array): Buffer {
  const key = Buffer.from(keyBase64, 'base64');
  return createHmac('sha256', key).update(prefix).digest().subarray(0, MAC_BYTES);
}

function checksum(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest().subarray(0, CHECKSUM_BYTES);
}

function encodeVarint(value: number): Buffer {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError('counter out of range');
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}

function decodeVarint(bytes: Uint8Array): number | undefined {
  if (bytes.length === 0 || bytes.length > MAX_COUNTER_BYTES) return undefined;
  let value = 0;
  for (const [index, byte] of bytes.entries()) {
    const isLast = index === bytes.length - 1;
    if (byte >= 0x80 === isLast) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * index);
  }
  const isShortest = bytes.length === 1 || bytes.at(-1) !== 0;
  return isShortest && Number.isSafeInteger(value) ? value : undefined;
}

function formatUuid(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
