import { isCryptoError } from '@sotto/crypto';
import { protocolVersion } from '@sotto/protocol';
import type { ClientConfig } from '@sotto/protocol';
import { createAuthDoor } from '../account/auth-door.ts';
import { confirmRecoveryKey, createProfile, setChatPassword } from '../account/first-run.ts';
import {
  admit,
  endAuthSession,
  enter,
  fail,
  leave,
  lockAccount,
  resume,
} from '../account/session-flow.ts';
import { createChatStores } from '../chats/chat-stores.ts';
import { ClientError, isClientError } from '../client-error.ts';
import { noDevices } from '../devices/devices-view.ts';
import type {
  ChatListState,
  ConnectionState,
  DevicesState,
  LinkRequest,
  SessionState,
} from '../facade.ts';
import { createHttpClient } from '../transport/http-client.ts';
import { createContactStores } from '../trust/contact-stores.ts';
import { recoverAccount, unlockAccount } from '../vault/unlock-flow.ts';
import { findPerson } from '../chats/find-person.ts';
import type { CommandKit } from './command-kit.ts';
import { createContactCommands } from './contact-commands.ts';
import { createDeviceCommands } from './device-commands.ts';
import { createOwnAccountCommands } from './own-account-commands.ts';
import type { EndCode, EngineCore, OpenedAccount, Resident } from './engine-core.ts';
import { createLoginPasswordMemory } from '../account/login-password-memory.ts';
import { createIdleWatch } from './idle-watch.ts';
import { warnOfLock } from './warn-of-lock.ts';
import { keepAuthSession } from './open-account.ts';
import { createSerialQueue } from './serial-queue.ts';
import { selfTest } from './self-test.ts';
import type { SottoClientOptions, SottoEngine } from './sotto-engine.ts';
import { createStore } from './writable-store.ts';

/**
 * Makes the engine and starts it: `session` goes from `starting` to what the local store says.
 * Methods that change who is here run one after another; failures are `ClientError`s.
 */
export function createSottoClient({ platform }: SottoClientOptions): SottoEngine {
  const steps = createSerialQueue();
  const authWrites = createSerialQueue();
  const session = createStore<SessionState>({ phase: 'starting' });
  let config: ClientConfig | null = null;

  const http = createHttpClient({
    transport: platform.transport,
    clock: platform.clock,
    relayUrl: platform.relayUrl,
    caller: {
      accessToken: (rejected) => core.auth.accessToken(rejected),
      deviceId: () => core.deviceId,
    },
  });
  const auth = createAuthDoor({
    transport: platform.transport,
    now: () => platform.clock.now(),
    config: async () => (config ??= await readConfig()),
    onChange: (serialized) => {
      const { opened } = core;
      if (!opened) return;
      void authWrites
        .run(() => keepAuthSession(core, opened.resident, opened.vault, serialized))
        .catch(() => undefined);
    },
  });
  const core: EngineCore = {
    platform,
    auth,
    http,
    session,
    connection: createStore<ConnectionState>({ status: 'offline', retryAtMs: null }),
    list: createStore<ChatListState>({ status: 'loading', chats: [] }),
    stores: createChatStores(() =>
      session.getSnapshot().phase === 'locked' ? 'locked' : 'loading',
    ),
    contacts: createContactStores(() =>
      session.getSnapshot().phase === 'locked' ? 'locked' : 'loading',
    ),
    devices: createStore<DevicesState>(noDevices),
    linkRequests: createStore<readonly LinkRequest[]>([]),
    storage: null,
    resident: null,
    opened: null,
    pending: null,
    deviceId: null,
    online: true,
  };
  const login = createLoginPasswordMemory(platform.random);
  const idle = createIdleWatch({
    clock: platform.clock,
    onWarn: (lockAtMs) => warnOfLock(session, lockAtMs),
    onLock: () => lockAccount(core, 'idle'),
    onEnd: () => void step(() => signOut('local')).catch(() => undefined),
  });

  const choosing = () => import('../vault/judge-password.ts');

  async function readConfig(): Promise<ClientConfig> {
    const found = await http.call('config', {});
    const { oldest, newest } = found.protocol;
    const agree = oldest <= protocolVersion && newest >= protocolVersion;
    if (!agree) throw new ClientError('version_unsupported');
    return found;
  }

  function onEnded(code: EndCode): void {
    idle.stop();
    if (code === 'version_unsupported') return fail(core, code);
    const { resident } = core;
    void step(async () => {
      // Signed out, or another person signed in, before this came to its turn.
      if (core.resident === resident) await leave(core, code);
    }).catch(() => fail(core, 'storage_unavailable'));
  }

  /** One change of who is here at a time; every failure leaves as a `ClientError`. */
  function step<Result>(task: () => Promise<Result>): Promise<Result> {
    return steps.run(() => guarded(task));
  }

  async function guarded<Result>(task: () => Promise<Result>): Promise<Result> {
    try {
      return await task();
    } catch (error) {
      if (error instanceof ClientError) throw error;
      throw new ClientError(isCryptoError(error) ? 'untrusted' : 'internal', { cause: error });
    }
  }

  function opened(): OpenedAccount {
    if (core.opened) return core.opened;
    const { phase } = session.getSnapshot();
    throw new ClientError(phase === 'locked' || phase === 'newDevice' ? 'locked' : 'signed_out');
  }

  function signedIn(): Resident {
    if (!core.resident) throw new ClientError('signed_out');
    return core.resident;
  }

  function assertPhase(...phases: SessionState['phase'][]): SessionState {
    const state = session.getSnapshot();
    if (phases.includes(state.phase)) return state;
    throw new ClientError(state.phase === 'signedOut' ? 'signed_out' : 'conflict');
  }

  /** An auth session that ended under way takes the person back to the sign-in. */
  async function inSession<Result>(task: () => Promise<Result>): Promise<Result> {
    try {
      return await task();
    } catch (error) {
      if (isClientError(error, 'session_ended')) await leave(core, 'session_ended');
      throw error;
    }
  }

  function setupStep(next: 'chatPassword' | 'recoveryKey'): void {
    session.set({ phase: 'setup', step: next, email: signedIn().email });
  }

  /** Another vault was published meanwhile, or ours was and then closed: from here on it is opened like any other. */
  async function toNewDevice(error: unknown): Promise<never> {
    const identity = auth.identity();
    const goesOn = isClientError(error, 'conflict') || !core.pending;
    if (goesOn && identity) await enter(core, identity);
    throw error;
  }

  async function noteWrongPassword(error: unknown): Promise<never> {
    const state = session.getSnapshot();
    const waits =
      isClientError(error, 'wrong_chat_password') || isClientError(error, 'too_many_tries');
    if (waits && (state.phase === 'locked' || state.phase === 'newDevice')) {
      session.set({ ...state, retryAtMs: error.retryAtMs });
    }
    throw error;
  }

  async function ending(): Promise<void> {
    idle.stop();
    login.forget();
    await authWrites.idle();
  }

  async function signOut(scope: 'local' | 'global'): Promise<void> {
    await endAuthSession(core, scope);
    await ending();
    await leave(core, null);
  }

  void step(() => resume(core)).catch((error: unknown) => {
    fail(core, error instanceof ClientError ? error.code : 'internal');
  });

  const kit: CommandKit = {
    core,
    login,
    step,
    guarded,
    inSession,
    opened,
    signedIn,
    assertPhase,
    begun: () => idle.start(),
    ending,
    onEnded,
  };

  return {
    ...createDeviceCommands(kit),
    ...createContactCommands(kit),
    ...createOwnAccountCommands(kit),
    session: core.session,
    connection: core.connection,
    chats: core.list,
    chat: (chatId) => core.stores.store(chatId),

    signUp: (input) =>
      step(async () => {
        assertPhase('signedOut');
        await admit(core, await auth.signUp(input));
        await login.remember(input.password);
      }),
    signIn: (input) =>
      step(async () => {
        assertPhase('signedOut');
        await admit(core, await auth.signIn(input));
        await login.remember(input.password);
      }),
    signOut: ({ scope }) => step(() => signOut(scope)),
    changeLoginPassword: (input) =>
      step(() =>
        inSession(async () => {
          if (opened().vault.isChatPassword(input.next)) throw new ClientError('same_password');
          await auth.changePassword(input);
          await login.remember(input.next);
        }),
      ),
    eraseDevice: () =>
      step(async () => {
        await endAuthSession(core, 'local');
        idle.stop();
        await authWrites.idle();
        await leave(core, null).catch(() => undefined);
        await core.storage?.erase();
        core.storage = await platform.openStorage();
        session.set({ phase: 'signedOut', notice: null });
      }),

    createProfile: (input) =>
      step(() =>
        inSession(async () => {
          assertPhase('setup');
          await createProfile(core, signedIn(), input);
          setupStep('chatPassword');
        }),
      ),
    setChatPassword: ({ chatPassword }) =>
      step(async () => {
        assertPhase('setup');
        const resident = signedIn();
        if (!resident.profile) throw new ClientError('conflict');
        await (await choosing()).assertChatPassword(chatPassword, login);
        const recoveryKey = await setChatPassword(core, resident, chatPassword);
        setupStep('recoveryKey');
        return { recoveryKey };
      }),
    confirmRecoveryKey: ({ groups }) =>
      step(() =>
        inSession(async () => {
          assertPhase('setup');
          await confirmRecoveryKey(core, signedIn(), groups, onEnded).catch(toNewDevice);
          idle.start();
        }),
      ),
    estimatePassword: ({ password }) =>
      guarded(async () => (await choosing()).judgePassword(password)),
    suggestPassphrase: () =>
      guarded(async () => (await choosing()).suggestPassphrase({ random: platform.random })),

    unlock: ({ chatPassword }) =>
      step(async () => {
        if (core.opened) return;
        assertPhase('locked', 'newDevice');
        const resident = signedIn();
        await inSession(() => unlockAccount({ core, resident, chatPassword, onEnded })).catch(
          noteWrongPassword,
        );
        idle.start();
      }),
    recover: ({ recoveryKey, newChatPassword }) =>
      step(async () => {
        assertPhase('locked', 'newDevice');
        await (await choosing()).assertChatPassword(newChatPassword, login);
        const resident = signedIn();
        await inSession(() =>
          recoverAccount({ core, resident, recoveryKey, newChatPassword, onEnded }),
        );
        idle.start();
      }),
    lock: () =>
      guarded(async () => {
        lockAccount(core, 'manual');
      }),
    changeChatPassword: ({ current, next }) =>
      step(() =>
        inSession(async () => {
          await (await choosing()).assertChatPassword(next, login);
          const account = opened();
          const { changeChatPassword } = await import('../vault/change-chat-password.ts');
          await changeChatPassword(core, account, { current, next });
          account.runtime.secretsChanged();
        }),
      ),
    async noteActivity() {
      idle.noteActivity();
    },

    findPerson: ({ handle }) => guarded(() => findPerson(opened().context, handle)),
    startChat: ({ userId }) =>
      guarded(async () => ({ chatId: await opened().runtime.startChat(userId) })),
    sendText: ({ chatId, text }) =>
      guarded(async () => {
        const { runtime } = opened();
        idle.noteActivity();
        if (runtime.book.get(chatId)?.partnerGone) throw new ClientError('not_found');
        if (await runtime.isInDoubt(chatId)) throw new ClientError('untrusted');
        const also = runtime.drafts.clearing(chatId, text);
        const id = await runtime.outbox.enqueue(chatId, text, also);
        runtime.drafts.cleared(chatId, text);
        return { id };
      }),
    retryMessage: ({ chatId, id }) => guarded(() => opened().runtime.outbox.retry(chatId, id)),
    discardMessage: ({ chatId, id }) => guarded(() => opened().runtime.outbox.discard(chatId, id)),
    loadOlder: ({ chatId }) => guarded(() => opened().runtime.publisher.loadOlder(chatId)),
    markRead: ({ chatId, seq }) => guarded(() => opened().runtime.receipts.markRead(chatId, seq)),
    saveDraft: ({ chatId, text }) => guarded(() => opened().runtime.drafts.save(chatId, text)),
    async setOnline({ online }) {
      core.online = online;
      core.opened?.runtime.connection.setOnline(online);
    },
    selfTest: () => guarded(selfTest),
    close: () =>
      steps.run(async () => {
        idle.stop();
        const runtime = core.opened?.runtime;
        lockAccount(core, 'manual');
        await runtime?.settled();
        await authWrites.idle();
        core.auth.forget();
        await core.storage?.close();
      }),
  };
}
