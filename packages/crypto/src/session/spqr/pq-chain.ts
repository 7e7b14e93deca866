/** The chains of the post-quantum ratchet: one pair for each epoch, a key for each message. */
import { concatBytes } from '../../encoding/bytes.ts';
import { be32 } from '../../encoding/integers.ts';
import { utf8 } from '../../encoding/text.ts';
import { CryptoError } from '../../errors.ts';
import { hkdfSha256 } from '../../primitives/hkdf.ts';
import { giveWay } from '../../primitives/give-way.ts';
import { maximumForwardJump, maximumKeptKeys } from '../receiver-chain.ts';
import { fields, fixedBytes, list, oneOf, optional, uint, type Decoded } from '../record-codec.ts';
import type { EpochSecret } from './braid-send.ts';

/** Which side of the handshake a party was; it decides which chain it sends on. */
export type Role = 'initiator' | 'responder';

/** Epochs whose chains are kept for late messages, the newest among them. */
const keptEpochs = 6;

/** Steps between two pauses; 64 HKDFs take about 3 ms on noble. */
const stepsPerSlice = 64;

const none = new Uint8Array(0);
const startLabel = utf8('Signal PQ Ratchet V1 Chain  Start');
const nextLabel = utf8('Signal PQ Ratchet V1 Chain Next');
const addEpochLabel = utf8('Signal PQ Ratchet V1 Chain Add Epoch');

const linkCodec = fields({
  epoch: uint,
  /** Forgotten once a later epoch's was used. */
  send: optional(fields({ chainKey: fixedBytes(32), index: uint })),
  receive: fields({
    chainKey: fixedBytes(32),
    /** Of the last key; the first is 1. */
    index: uint,
    kept: list(fields({ index: uint, key: fixedBytes(32) }), maximumKeptKeys),
  }),
});

type Link = Decoded<typeof linkCodec>;

/** The stored form. */
export const pqChainCodec = fields({
  role: oneOf<Role>(['initiator', 'responder']),
  rootKey: fixedBytes(32),
  links: list(linkCodec, keptEpochs),
});

/** All chains of a session. */
export type PqChain = Decoded<typeof pqChainCodec>;

function splitKeys(
  keys: Uint8Array,
  role: Role,
  epoch: number,
): { rootKey: Uint8Array; link: Link } {
  const [aToB, bToA] = [keys.slice(32, 64), keys.slice(64)];
  const [sendKey, receiveKey] = role === 'initiator' ? [aToB, bToA] : [bToA, aToB];
  const link = {
    epoch,
    send: { chainKey: sendKey, index: 0 },
    receive: { chainKey: receiveKey, index: 0, kept: [] },
  };
  return { rootKey: keys.slice(0, 32), link };
}

/** The chains of epoch 0, from the handshake's key. */
export async function startPqChain(pqKey: Uint8Array, role: Role): Promise<PqChain> {
  const keys = await hkdfSha256({ ikm: pqKey, salt: none, info: startLabel, length: 96 });
  const { rootKey, link } = splitKeys(keys, role, 0);
  return { role, rootKey, links: [link] };
}

/** The chains with those of one more epoch; epochs come without gaps. */
export async function addEpoch(chain: PqChain, added: EpochSecret): Promise<PqChain> {
  if (chain.links.at(-1)?.epoch !== added.epoch - 1) throw new CryptoError('open_failed');
  const keys = await hkdfSha256({
    ikm: added.secret,
    salt: chain.rootKey,
    info: addEpochLabel,
    length: 96,
  });
  const { rootKey, link } = splitKeys(keys, chain.role, added.epoch);
  return { ...chain, rootKey, links: [...chain.links, link].slice(-keptEpochs) };
}

async function step(
  chainKey: Uint8Array,
  index: number,
): Promise<{ chainKey: Uint8Array; key: Uint8Array }> {
  const info = concatBytes(be32(index), nextLabel);
  const keys = await hkdfSha256({ ikm: chainKey, salt: none, info, length: 64 });
  return { chainKey: keys.slice(0, 32), key: keys.slice(32) };
}

/** The next key to send with in an epoch; earlier epochs can no longer be sent in. */
export async function nextSendKey(
  chain: PqChain,
  epoch: number,
): Promise<{ index: number; key: Uint8Array; chain: PqChain }> {
  const send = chain.links.find((link) => link.epoch === epoch)?.send;
  if (!send) throw new CryptoError('chain_broken', 'the epoch cannot be sent in');
  const index = send.index + 1;
  const { chainKey, key } = await step(send.chainKey, index);
  const links = chain.links.map((link) => {
    if (link.epoch > epoch) return link;
    return { ...link, send: link.epoch === epoch ? { chainKey, index } : undefined };
  });
  return { index, key, chain: { ...chain, links } };
}

/** The key of a received index; `open_failed` if it is used, dropped, of an unknown epoch, or too far ahead. */
export async function takeReceiveKey(
  chain: PqChain,
  epoch: number,
  index: number,
  maximumJump = maximumForwardJump,
): Promise<{ key: Uint8Array; chain: PqChain }> {
  const link = chain.links.find((candidate) => candidate.epoch === epoch);
  if (!link) throw new CryptoError('open_failed');
  const { key, receive } = await takeFrom(link.receive, index, maximumJump);
  const links = chain.links.map((other) => (other === link ? { ...link, receive } : other));
  return { key, chain: { ...chain, links } };
}

async function takeFrom(
  receive: Link['receive'],
  index: number,
  maximumJump: number,
): Promise<{ key: Uint8Array; receive: Link['receive'] }> {
  if (index <= receive.index) {
    const found = receive.kept.find((kept) => kept.index === index);
    if (!found) throw new CryptoError('open_failed');
    const kept = receive.kept.filter((other) => other !== found);
    return { key: found.key, receive: { ...receive, kept } };
  }
  if (index - receive.index > maximumJump + 1) throw new CryptoError('open_failed');
  const kept = [...receive.kept];
  let { chainKey } = receive;
  for (let n = receive.index + 1; n < index; n++) {
    const stepped = await step(chainKey, n);
    chainKey = stepped.chainKey;
    if (index - n <= maximumKeptKeys) kept.push({ index: n, key: stepped.key });
    if (n % stepsPerSlice === 0) await giveWay();
  }
  const last = await step(chainKey, index);
  return {
    key: last.key,
    receive: { chainKey: last.chainKey, index, kept: kept.slice(-maximumKeptKeys) },
  };
}
