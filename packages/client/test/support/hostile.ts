import { makePerson, signUpFully } from '../../src/testing/index.ts';
import type { TestClient, TestPerson } from '../../src/testing/index.ts';
import type { TestWorld } from './test-world.ts';
import { createTappedTransport } from './wire-tap.ts';
import type { WireTap } from './wire-tap.ts';

/** A message as a hostile relay sees it. */
export interface Envelope {
  chatId: string;
  seq: number;
  clientId: string;
  senderId: string;
  senderDeviceId: string;
  ciphertext: Uint8Array;
  createdAtMs: number;
}
export interface Page {
  ok: true;
  data: { messages: Envelope[]; headSeq: number; receipts: unknown[] };
}

export interface Pair {
  ann: TestPerson;
  ben: TestPerson;
  a: TestClient;
  b: TestClient;
  /** Between Ben and the relay. */
  tap: WireTap;
}

/** Two people, and a relay between one of them and the other that a test can play. */
export async function meet(world: TestWorld): Promise<Pair> {
  const [ann, ben] = [makePerson('ann'), makePerson('ben')];
  const { transport, tap } = createTappedTransport();
  const [a, b] = [world.client(), world.client({ transport })];
  await Promise.all([signUpFully(a.client, ann), signUpFully(b.client, ben)]);
  return { ann, ben, a, b, tap };
}

/** Edits pages of messages and what is pushed, so that both ways tell the same story. */
export function rewriteMessages(tap: WireTap, edit: (messages: Envelope[]) => Envelope[]): void {
  tap.onEvent = (name, body) => (name === 'message:new' ? [] : [body]);
  tap.onAcknowledgement = (name, _request, answer) => {
    const page = answer as Page;
    if (name !== 'message:sync' || !page.ok) return answer;
    const messages = edit(page.data.messages);
    const headSeq = messages.at(-1)?.seq ?? 0;
    return { ok: true, data: { ...page.data, messages, headSeq } };
  };
}

/** The same bytes but for one bit at the end. */
export function flipped(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[copy.length - 1] = (copy[copy.length - 1] ?? 0) ^ 1;
  return copy;
}
