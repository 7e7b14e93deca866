import type { ChatId, UserId } from '@sotto/protocol';
import { ClientError } from '../client-error.ts';
import type {
  ChatState,
  ContactState,
  DevicesState,
  SessionState,
  SottoClient,
  Store,
} from '../facade.ts';
import { keepUnchanged } from './keep-unchanged.ts';
import { clientMethods } from './messages.ts';
import type { ClientMethod, Outcome, Reply, Request, Topic } from './messages.ts';

/** The part of a `Worker` that `connectClient` uses. */
export interface WorkerHandle {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  addEventListener(type: 'error' | 'messageerror', listener: () => void): void;
  terminate(): void;
}

interface PendingCall {
  resolve(value: never): void;
  reject(error: ClientError): void;
}

interface RemoteStore extends Store<unknown> {
  set(snapshot: unknown): void;
}

const loadingChat: ChatState = {
  status: 'loading',
  partner: null,
  messages: [],
  hasOlder: false,
  firstUnreadSeq: null,
  readSeq: 0,
  trust: 'unchecked',
  canSend: false,
  missing: 0,
  draft: '',
};

const loadingDevices: DevicesState = {
  status: 'loading',
  devices: [],
  removed: [],
  requests: [],
  changesKeys: false,
  keysDue: false,
  alarm: null,
};

const loadingContact: ContactState = {
  status: 'loading',
  profile: null,
  trust: 'unchecked',
  digits: null,
  qr: null,
  checkedAtMs: null,
  deviceCount: 0,
  change: null,
};

const stopped: SessionState = { phase: 'failed', code: 'internal' };

function settle(call: PendingCall, outcome: Outcome): void {
  if (outcome.ok) call.resolve(outcome.value as never);
  else call.reject(new ClientError(outcome.code, { retryAtMs: outcome.retryAtMs }));
}

/**
 * A store whose topic is watched exactly while somebody listens here. One that `forgets` shows nothing from an
 * earlier time: a safety code may be another one by now.
 */
function createRemoteStore(
  initial: unknown,
  request: (kind: 'watch' | 'unwatch') => void,
  forgets: boolean,
): RemoteStore {
  const listeners = new Set<() => void>();
  let current = initial;
  return {
    getSnapshot: () => current,
    subscribe(listener) {
      // A function of its own: the same listener may be subscribed twice.
      const entry = (): void => listener();
      if (listeners.size === 0) request('watch');
      listeners.add(entry);
      return () => {
        if (!listeners.delete(entry) || listeners.size > 0) return;
        request('unwatch');
        // Whoever listens again in the same turn sees it stay.
        queueMicrotask(() => {
          if (forgets && listeners.size === 0) current = initial;
        });
      };
    },
    set(snapshot) {
      const next = keepUnchanged(current, snapshot);
      if (next === current) return;
      current = next;
      for (const listener of listeners) listener();
    },
  };
}

/**
 * The engine's facade for a page whose worker runs `@sotto/client/worker`. Snapshots arrive while a
 * store has listeners; before the first, stores show that they are starting or loading.
 *
 * When the worker fails (its script does not load, an exception nobody caught), it is terminated:
 * every call under way and every later one rejects with `internal`, and `session` says
 * `failed`. The way on is a fresh page; what was sent is in the outbox on disk.
 */
export function connectClient({ worker }: { worker: WorkerHandle }): SottoClient {
  const pending = new Map<number, PendingCall>();
  const stores = new Map<Topic, RemoteStore>();
  let lastId = 0;
  let alive = true;

  function post(request: Request): void {
    if (alive) worker.postMessage(request);
  }

  function call(method: ClientMethod, input: unknown): Promise<never> {
    return new Promise((resolve, reject) => {
      if (!alive) {
        reject(new ClientError('internal'));
        return;
      }
      const id = ++lastId;
      post({ kind: 'call', id, method, input });
      pending.set(id, { resolve, reject });
    });
  }

  function store(topic: Topic, initial: unknown): Store<never> {
    let known = stores.get(topic);
    if (!known) {
      const forgets = topic.startsWith('contact:');
      known = createRemoteStore(initial, (kind) => post({ kind, topic }), forgets);
      stores.set(topic, known);
    }
    return known as Store<unknown> as Store<never>;
  }

  function receive(reply: Reply): void {
    if (reply.kind === 'snapshot') {
      stores.get(reply.topic)?.set(reply.snapshot);
      return;
    }
    const waiting = pending.get(reply.id);
    pending.delete(reply.id);
    if (waiting) settle(waiting, reply.outcome);
  }

  function fail(): void {
    if (!alive) return;
    alive = false;
    // A worker whose state is unknown must not go on writing, and must let another tab lead.
    worker.terminate();
    for (const waiting of pending.values()) waiting.reject(new ClientError('internal'));
    pending.clear();
    stores.get('session')?.set(stopped);
  }

  worker.addEventListener('message', (event) => receive(event.data as Reply));
  worker.addEventListener('error', fail);
  worker.addEventListener('messageerror', fail);

  const methods = Object.fromEntries(
    (Object.keys(clientMethods) as ClientMethod[]).map((method) => [
      method,
      (input?: unknown) => call(method, input),
    ]),
  ) as unknown as Pick<SottoClient, ClientMethod>;

  return {
    ...methods,
    session: store('session', { phase: 'starting' }),
    connection: store('connection', { status: 'connecting', retryAtMs: null }),
    chats: store('chats', { status: 'loading', chats: [] }),
    chat: (chatId: ChatId) => store(`chat:${chatId}`, loadingChat),
    devices: store('devices', loadingDevices),
    contact: (userId: UserId) => store(`contact:${userId}`, loadingContact),
    ownAccount: store('ownAccount', { status: 'loading', secondFactor: 'off' }),
  };
}
