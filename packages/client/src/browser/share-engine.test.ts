import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ChatId } from '@sotto/protocol';
import { isClientError } from '../client-error.ts';
import type { Store } from '../facade.ts';
import { MemoryBrowser } from './testing/memory-browser.ts';
import type { MemoryTab } from './testing/memory-browser.ts';
import { scriptedEngine } from './testing/scripted-engine.ts';
import type { ScriptedEngine } from './testing/scripted-engine.ts';

const chatId = '00000000-0000-4000-8000-000000000001' as ChatId;
const never = new Promise<void>(() => undefined);

let browser: MemoryBrowser;

function setUp() {
  const disk = { outbox: [] as string[] };
  const engines = new Map<string, ScriptedEngine>();
  const started: string[] = [];
  browser = new MemoryBrowser((tabId) => {
    const engine = scriptedEngine(disk);
    engines.set(tabId, engine);
    started.push(tabId);
    return engine;
  });
  return {
    disk,
    started,
    openTab: () => browser.openTab(),
    engineOf: (tab: MemoryTab): ScriptedEngine => {
      const engine = engines.get(tab.id);
      if (!engine) throw new RangeError('this tab does not lead');
      return engine;
    },
  };
}

async function until<Snapshot>(
  store: Store<Snapshot>,
  holds: (snapshot: Snapshot) => boolean,
): Promise<void> {
  const stop = store.subscribe(() => undefined);
  await vi.waitFor(() => expect(holds(store.getSnapshot())).toBe(true), { interval: 2 });
  stop();
}

function watch(tab: MemoryTab): void {
  tab.client.session.subscribe(() => undefined);
}

const phase = (tab: MemoryTab): string => tab.client.session.getSnapshot().phase;

async function phasesBecome(expected: string, ...tabs: MemoryTab[]): Promise<void> {
  await vi.waitFor(() => expect(tabs.map(phase)).toEqual(tabs.map(() => expected)), {
    interval: 2,
  });
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no failure',
    (error: unknown) => (isClientError(error) ? error.code : String(error)),
  );
}

afterEach(() => browser.close());

describe('one tab', () => {
  it('starts its engine and answers its page', async () => {
    const { openTab } = setUp();
    const tab = openTab();

    const person = await tab.client.findPerson({ handle: 'ada' });

    expect(person.handle).toBe('ada');
  });

  it('shows that it is starting until the first snapshot is there', async () => {
    const { openTab } = setUp();
    const tab = openTab();

    expect(phase(tab)).toBe('starting');
    watch(tab);

    await phasesBecome('locked', tab);
  });

  it('carries a failure with its code and the time of the next try', async () => {
    const { openTab } = setUp();
    const tab = openTab();

    await expect(tab.client.unlock({ chatPassword: 'wrong' })).rejects.toMatchObject({
      name: 'ClientError',
      code: 'wrong_chat_password',
      retryAtMs: 17,
    });
  });

  it('answers with `internal` for a failure without a code and for a value that cannot cross', async () => {
    const { openTab } = setUp();
    const tab = openTab();

    expect(await codeOf(tab.client.eraseDevice())).toBe('internal');
    expect(await codeOf(tab.client.suggestPassphrase())).toBe('internal');
  });

  it('keeps a chat open in the engine exactly while the page listens', async () => {
    const { openTab, engineOf } = setUp();
    const tab = openTab();
    const listeners = () => engineOf(tab).openChats.get(chatId)?.listenerCount();

    const stopFirst = tab.client.chat(chatId).subscribe(() => undefined);
    const stopSecond = tab.client.chat(chatId).subscribe(() => undefined);
    await until(tab.client.chat(chatId), (chat) => chat.status === 'ready');
    expect(listeners()).toBe(1);
    stopFirst();
    await tab.client.findPerson({ handle: 'x' });
    expect(listeners()).toBe(1);
    stopSecond();

    await vi.waitFor(() => expect(listeners()).toBe(0));
  });

  it('shows a snapshot before it answers the call that caused it', async () => {
    const { openTab } = setUp();
    const tab = openTab();
    watch(tab);

    await tab.client.unlock({ chatPassword: 'right' });

    expect(phase(tab)).toBe('ready');
  });

  it('rejects everything with `internal` when its worker fails, and says so', async () => {
    const { openTab, engineOf } = setUp();
    const tab = openTab();
    watch(tab);
    await phasesBecome('locked', tab);
    engineOf(tab).answers = never;

    const underWay = codeOf(tab.client.findPerson({ handle: 'ada' }));
    tab.crash();

    expect(await underWay).toBe('internal');
    expect(await codeOf(tab.client.lock())).toBe('internal');
    expect(tab.client.session.getSnapshot()).toEqual({ phase: 'failed', code: 'internal' });
  });
});

describe('several tabs', () => {
  it('share one engine, whichever they are', async () => {
    const { openTab, started } = setUp();
    const tabs = [openTab(), openTab(), openTab()];
    tabs.forEach(watch);

    await phasesBecome('locked', ...tabs);

    expect(started).toHaveLength(1);
  });

  it('lock, unlock and sign out together', async () => {
    const { openTab } = setUp();
    const [first, second] = [openTab(), openTab()];
    [first, second].forEach(watch);
    await phasesBecome('locked', first, second);

    await second.client.unlock({ chatPassword: 'right' });
    await phasesBecome('ready', first, second);
    await first.client.lock();
    await phasesBecome('locked', first, second);
    await second.client.signOut({ scope: 'local' });
    await phasesBecome('signedOut', first, second);

    expect(first.client.session.getSnapshot()).toEqual(second.client.session.getSnapshot());
  });

  it('do not show each other what only one of them watches', async () => {
    const { openTab, engineOf } = setUp();
    const [leading, following] = [openTab(), openTab()];
    following.client.chat(chatId).subscribe(() => undefined);
    await until(following.client.chat(chatId), (chat) => chat.status === 'ready');

    expect(leading.client.chat(chatId).getSnapshot().status).toBe('loading');
    expect(engineOf(leading).openChats.get(chatId)?.listenerCount()).toBe(1);
  });

  it('give back what a closed tab watched', async () => {
    const { openTab, engineOf } = setUp();
    const [leading, following] = [openTab(), openTab()];
    following.client.chat(chatId).subscribe(() => undefined);
    await until(following.client.chat(chatId), (chat) => chat.status === 'ready');

    following.close();

    await vi.waitFor(() =>
      expect(engineOf(leading).openChats.get(chatId)?.listenerCount()).toBe(0),
    );
  });
});

describe('when the leading tab goes away', () => {
  async function unlockedPair() {
    const world = setUp();
    const [leading, following] = [world.openTab(), world.openTab()];
    watch(following);
    await following.client.unlock({ chatPassword: 'right' });
    return { ...world, leading, following };
  }

  it('another one leads, from a locked start', async () => {
    const { started, leading, following } = await unlockedPair();
    expect(phase(following)).toBe('ready');

    leading.close();

    await phasesBecome('locked', following);
    await following.client.unlock({ chatPassword: 'right' });
    expect(phase(following)).toBe('ready');
    expect(started).toEqual([leading.id, following.id]);
  });

  it('the same happens when its worker crashed', async () => {
    const { started, leading, following } = await unlockedPair();

    leading.crash();

    await phasesBecome('locked', following);
    expect(started).toHaveLength(2);
  });

  it('what another tab watches goes on with the new one', async () => {
    const { openTab, leading, following, engineOf } = await unlockedPair();
    const third = openTab();
    watch(third);
    third.client.chat(chatId).subscribe(() => undefined);
    await phasesBecome('ready', third);

    leading.close();

    await phasesBecome('locked', following, third);
    await vi.waitFor(() =>
      expect(engineOf(following).openChats.get(chatId)?.listenerCount()).toBe(1),
    );
  });

  it('a harmless call under way is asked again', async () => {
    const { leading, following, engineOf } = await unlockedPair();
    engineOf(leading).answers = never;
    const found = following.client.findPerson({ handle: 'ada' });
    await vi.waitFor(() => expect(engineOf(leading).calls).toEqual(['findPerson ada']));

    leading.close();

    expect((await found).handle).toBe('ada');
    expect(engineOf(following).calls).toEqual(['findPerson ada']);
  });

  it('a send under way is refused with a code and stays in the outbox once', async () => {
    const { disk, leading, following, engineOf } = await unlockedPair();
    engineOf(leading).answers = never;
    const sent = codeOf(following.client.sendText({ chatId, text: 'hello' }));
    await vi.waitFor(() => expect(disk.outbox).toEqual(['hello']));

    leading.close();

    expect(await sent).toBe('unavailable');
    await phasesBecome('locked', following);
    expect(disk.outbox).toEqual(['hello']);
  });

  it('a call made while nobody leads waits for the next leader', async () => {
    const { leading, following, engineOf } = await unlockedPair();

    leading.close();
    const sent = await codeOf(following.client.sendText({ chatId, text: 'hello' }));
    const found = await following.client.findPerson({ handle: 'ada' });

    // Asked of the old leader or of the new one: answered either way, and never twice.
    expect(['no failure', 'unavailable']).toContain(sent);
    expect(found.handle).toBe('ada');
    expect(engineOf(following).calls).toEqual(['findPerson ada']);
  });

  it('no call of a tab that stays hangs, and no send doubles, whenever the others close', async () => {
    const { disk, openTab } = setUp();
    const leaving = Array.from({ length: 5 }, openTab);
    const staying = openTab();
    const sends: Promise<string>[] = [];
    const finds: Promise<string>[] = [];

    for (const [index, tab] of leaving.entries()) {
      for (let turn = 0; turn <= index; turn += 1) {
        sends.push(codeOf(staying.client.sendText({ chatId, text: `${index}.${turn}` })));
        finds.push(codeOf(staying.client.findPerson({ handle: 'ada' })));
        await new Promise((resolve) => setImmediate(resolve));
      }
      tab.close();
    }

    expect(new Set(await Promise.all(finds))).toEqual(new Set(['no failure']));
    const sent = (await Promise.all(sends)).filter((outcome) => outcome === 'no failure');
    expect(new Set(disk.outbox).size).toBe(disk.outbox.length);
    expect(disk.outbox.length).toBeGreaterThanOrEqual(sent.length);
  });
});
