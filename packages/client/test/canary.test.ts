import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MemoryDisk } from '../src/index.ts';
import { openFolderStorage } from '../src/node/index.ts';
import { makePerson, signUpFully, startChatWith, until, untilTexts } from '../src/testing/index.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';
import { createTappedTransport } from './support/wire-tap.ts';

let world: TestWorld;
let folder: string;

beforeAll(async () => {
  world = await startTestWorld();
  folder = await mkdtemp(join(tmpdir(), 'sotto-canary-'));
});
afterAll(async () => {
  await world?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The ways in which a secret could lie about. */
function forms(secret: Uint8Array): Buffer[] {
  const raw = Buffer.from(secret);
  const hex = raw.toString('hex');
  const forms = [raw, Buffer.from(hex), Buffer.from(hex.toUpperCase())];
  // In the middle of a longer base64 text a secret begins at any of three offsets.
  for (let offset = 0; offset < 3; offset += 1) {
    const aligned = Buffer.concat([Buffer.alloc(offset), raw]);
    const whole = aligned.subarray(0, aligned.length - (aligned.length % 3));
    const [from, to] = [offset === 0 ? 0 : 4, undefined];
    forms.push(Buffer.from(whole.toString('base64').slice(from, to)));
    forms.push(Buffer.from(whole.toString('base64url').slice(from, to)));
  }
  forms.push(Buffer.from(Array.from(raw).join(',')));
  forms.push(Buffer.from(raw.toString('utf8'), 'utf16le'));
  return forms.filter(({ length }) => length >= 8);
}

/** Everything in a tree of objects, as bytes one after another. */
function bytesOf(value: unknown): Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (typeof value === 'string') return Buffer.from(value);
  if (value instanceof Map) return bytesOf([...value.entries()]);
  if (Array.isArray(value)) return Buffer.concat(value.map(bytesOf));
  if (typeof value === 'object' && value !== null) return bytesOf(Object.entries(value));
  return Buffer.from(String(value));
}

function findings(places: Record<string, Buffer>, secrets: Record<string, Uint8Array>): string[] {
  return Object.entries(secrets).flatMap(([secret, bytes]) =>
    forms(bytes).flatMap((form, at) =>
      Object.entries(places)
        .filter(([, content]) => content.includes(form))
        .map(([place]) => `${secret} (form ${at}) in ${place}`),
    ),
  );
}

/** Access and refresh tokens that passed the wire. */
function tokensOf(received: readonly unknown[]): string[] {
  const text = received.filter((one) => typeof one === 'string').join('\n');
  return Array.from(
    text.matchAll(/"(?:access|refresh)_token":"([^"]+)"/g),
    ([, token]) => token ?? '',
  );
}

async function folderBytes(): Promise<Buffer> {
  const names = await readdir(folder);
  return Buffer.concat(await Promise.all(names.map((name) => readFile(join(folder, name)))));
}

describe('what is planted in a conversation', () => {
  it('is nowhere on disk, on the wire or in the relay’s log', async () => {
    const [ann, ben] = [makePerson('ann'), makePerson('ben')];
    const disk: MemoryDisk = new Map();
    const left = createTappedTransport();
    const right = createTappedTransport();
    const secrets: Record<string, Uint8Array> = {
      message: Buffer.from('the heron flies at midnight'),
      draft: Buffer.from('a draft about the heron'),
      'chat password of Ann': Buffer.from(ann.chatPassword),
      'chat password of Ben': Buffer.from(ben.chatPassword),
    };
    const randomOf = (name: string) => (length: number) => {
      const bytes = crypto.getRandomValues(new Uint8Array(length));
      // Every 32-byte draw may be a vault key, a seed, an epoch key's salt or a recovery key.
      const isPublic = length !== 32;
      if (!isPublic) drawn.push([`32 bytes drawn by ${name} (${drawn.length})`, bytes.slice()]);
      return bytes;
    };
    const drawn: [string, Uint8Array][] = [];
    const a = world.client({
      transport: left.transport,
      openStorage: () => openFolderStorage(folder),
      random: randomOf('Ann'),
    });
    const b = world.client({ transport: right.transport, disk });
    const recoveryKey = await signUpFully(a.client, ann);
    await signUpFully(b.client, ben);
    secrets['recovery key'] = Buffer.from(recoveryKey);

    const chatId = await startChatWith(a.client, ben.handle);
    await a.client.sendText({ chatId, text: 'the heron flies at midnight' });
    await untilTexts(b.client, chatId, ['the heron flies at midnight']);
    await a.client.saveDraft({ chatId, text: 'a draft about the heron' });
    await until(a.client.chats, ({ chats }) => chats[0]?.lastMessage?.delivery === 'delivered');
    await a.client.lock();

    const places = {
      'the folder store': await folderBytes(),
      'the memory store': bytesOf(disk),
      'frames and bodies sent': Buffer.concat([bytesOf(left.tap.sent), bytesOf(right.tap.sent)]),
      'frames and bodies received': bytesOf([left.tap.received, right.tap.received]),
      'the log of the relay': Buffer.from(world.logged()),
    };
    expect(findings(places, secrets)).toEqual([]);
    // Of what was drawn, the vault's salt is public by design; nothing else may turn up.
    const seen = drawn.filter(([name, bytes]) => findings(places, { [name]: bytes }).length > 0);
    expect(drawn.length).toBeGreaterThan(4);
    expect(seen).toHaveLength(1);
    const passwords = { login: Buffer.from(ann.password) };
    for (const [at, token] of tokensOf(left.tap.received).entries()) {
      Object.assign(passwords, { [`token ${at}`]: Buffer.from(token) });
    }
    expect(Object.keys(passwords).length).toBeGreaterThan(2);
    const kept = { folder: places['the folder store'], log: places['the log of the relay'] };
    expect(findings(kept, passwords)).toEqual([]);
    // The search itself finds what is there.
    expect(findings(places, { handle: Buffer.from(ben.handle) })).not.toEqual([]);
  });

  it('is opened from the folder again, by the chat password', async () => {
    const again = world.client({ openStorage: () => openFolderStorage(folder) });
    const state = await until(again.client.session, ({ phase }) => phase !== 'starting');

    expect(state).toMatchObject({ phase: 'locked', profile: null });
  });
});
