import { systemRandom } from '@sotto/crypto';
import type { ChatId, ClientId, Profile } from '@sotto/protocol';
import { createSottoClient } from '../engine/create-sotto-client.ts';
import type { SottoEngine } from '../engine/sotto-engine.ts';
import type { ChatState } from '../facade.ts';
import type { RandomSource, Transport } from '../platform.ts';
import { createMemoryStorage } from '../storage/memory-storage.ts';
import type { MemoryDisk } from '../storage/memory-storage.ts';
import type { StoragePort } from '../storage/storage-port.ts';
import { createNetworkTransport } from '../transport/network-transport.ts';
import { createSteppableClock } from './test-clock.ts';
import type { TestClock } from './test-clock.ts';
import { until } from './until.ts';

/** What a test may choose; everything else is the real thing. */
export interface TestClientOptions {
  relayUrl: string;
  clock?: TestClock;
  random?: RandomSource;
  transport?: Transport;
  /** What survives a restart; hand the same one to the next client. */
  disk?: MemoryDisk;
  openStorage?: () => Promise<StoragePort>;
  deviceName?: string;
}

/** An engine and the parts around it that a test moves. */
export interface TestClient {
  client: SottoEngine;
  clock: TestClock;
  disk: MemoryDisk;
}

/** A person's secrets, as the person would type them. */
export interface TestPerson {
  email: string;
  password: string;
  chatPassword: string;
  handle: string;
  displayName: string;
}

export function createTestClient(options: TestClientOptions): TestClient {
  const { relayUrl, clock = createSteppableClock(), disk = new Map() } = options;
  const client = createSottoClient({
    platform: {
      clock,
      random: options.random ?? systemRandom,
      openStorage: options.openStorage ?? (async () => createMemoryStorage(disk)),
      relayUrl,
      transport: options.transport ?? createNetworkTransport(),
      deviceType: 'cli',
      deviceName: options.deviceName ?? 'test client',
    },
  });
  return { client, clock, disk };
}

/** A person nobody else in this run is. */
export function makePerson(name: string): TestPerson {
  const tag = Array.from(systemRandom(4), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return {
    email: `${name}.${tag}@example.org`,
    password: `login ${name} ${tag} Qz7`,
    chatPassword: `chat ${name} ${tag} vault`,
    handle: `${name}_${tag}`,
    displayName: `${name} ${tag}`,
  };
}

/** Sign-up and all steps of first run; resolves with the recovery key when the client is ready. */
export async function signUpFully(client: SottoEngine, person: TestPerson): Promise<string> {
  const { email, password, handle, displayName, chatPassword } = person;
  await until(client.session, ({ phase }) => phase === 'signedOut');
  await client.signUp({ email, password });
  await client.createProfile({ handle, displayName });
  const { recoveryKey } = await client.setChatPassword({ chatPassword });
  const groups = recoveryKey.split('-').map((text, index) => ({ index, text }));
  await client.confirmRecoveryKey({ groups: groups.slice(2, 5) });
  await until(client.session, ({ phase }) => phase === 'ready');
  return recoveryKey;
}

export async function startChatWith(client: SottoEngine, handle: string): Promise<ChatId> {
  const person: Profile = await client.findPerson({ handle });
  return (await client.startChat({ userId: person.userId })).chatId;
}

/** The texts of a chat as they stand, unreadable ones as `<cause>`. */
export function textsOf(state: ChatState): string[] {
  return state.messages.map(({ body }) =>
    body.kind === 'text' ? body.text : body.kind === 'unreadable' ? `<${body.cause}>` : '<unknown>',
  );
}

/** Waits until a chat shows exactly these texts, in this order. */
export async function untilTexts(
  client: SottoEngine,
  chatId: ChatId,
  texts: readonly string[],
): Promise<ChatState> {
  return await until(
    client.chat(chatId),
    (state) => state.status === 'ready' && isSameList(textsOf(state), texts),
  );
}

/** Waits until an own message has come this far. */
export async function untilDelivery(
  client: SottoEngine,
  chatId: ChatId,
  id: ClientId,
  delivery: ChatState['messages'][number]['delivery'],
): Promise<void> {
  await until(client.chat(chatId), ({ messages }) =>
    messages.some((message) => message.id === id && message.delivery === delivery),
  );
}

const isSameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((text, at) => text === b[at]);
