import type { SottoClient } from '../facade.ts';
import { leaderLockName, tabLockName } from './names.ts';
import { clientMethods } from './messages.ts';
import type { CallRequest, Reply, Request, Topic } from './messages.ts';
import { serveClient } from './serve-client.ts';
import type { ServedPage } from './serve-client.ts';

/*
 * [Note: One engine for all tabs] Two engines on one store would step the same counters and send
 * the same outbox. So the worker that holds the leader lock runs the only engine, for its own page
 * and for the pages of all other tabs, whose workers pass messages on. Lock, unlock and sign-out
 * are therefore one event for all tabs.
 *
 * The browser drops the lock when the leading worker ends, however it ends, and grants it to the
 * next. The new leader starts an engine from disk, that is: locked. Keys are never handed over:
 * that would need the dying worker's help, and would put them into messages.
 *
 * A call the old leader left unanswered is asked again where that changes nothing, else rejected
 * with `unavailable`: `sendText` may or may not have reached the outbox, and a second one would be
 * a second message. What is in the outbox is sent once by whoever leads.
 */

/** `navigator.locks`, as far as it is needed here. */
export interface ExclusiveLocks {
  request(name: string, held: () => Promise<void>): Promise<unknown>;
}

/** A `BroadcastChannel`: what one tab posts, all others receive. */
export interface TabChannel {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent) => void) | null;
}

type TabMessage =
  | { kind: 'who-leads'; from: string }
  | { kind: 'leading'; from: string }
  | { kind: 'request'; from: string; to: string; request: Request }
  | { kind: 'reply'; from: string; to: string; reply: Reply };

export interface ShareEngineOptions {
  /** Differs between all tabs of the browser. */
  tabId: string;
  locks: ExclusiveLocks;
  channel: TabChannel;
  /** Called at most once: when this tab begins to lead. */
  startEngine: () => SottoClient;
  /** To this tab's page. */
  reply: (reply: Reply) => void;
  /** This tab can neither lead nor follow: its engine did not start, or the browser refuses locks. */
  onFailure: (error: unknown) => void;
}

interface Leader {
  id: string;
  deliver(request: Request): void;
}

const never = new Promise<never>(() => undefined);

/**
 * Joins the tabs of this browser: runs the engine when this tab leads, passes requests to the tab
 * that does otherwise. Returns where the page's requests go. See [Note: One engine for all tabs].
 */
export function shareEngine(options: ShareEngineOptions): { receive(request: Request): void } {
  const { tabId, locks, channel, reply, onFailure } = options;
  const unanswered = new Map<number, { request: CallRequest; askedOf: string | null }>();
  const watched = new Set<Topic>();
  const guests = new Map<string, ServedPage>();
  let leader: Leader | null = null;
  let engine: SottoClient | null = null;

  const post = (message: TabMessage): void => channel.postMessage(message);

  function toPage(message: Reply): void {
    if (message.kind === 'snapshot') {
      if (watched.has(message.topic)) reply(message);
    } else if (unanswered.has(message.id)) {
      // `reply` throws for what cannot be cloned; the call is still unanswered then.
      reply(message);
      unanswered.delete(message.id);
    }
  }

  function ask(entry: { request: CallRequest; askedOf: string | null }, of: Leader): void {
    const { request, askedOf } = entry;
    entry.askedOf = of.id;
    if (askedOf === null || clientMethods[request.method] === 'ask-again') of.deliver(request);
    else {
      toPage({
        kind: 'result',
        id: request.id,
        outcome: { ok: false, code: 'unavailable', retryAtMs: null },
      });
    }
  }

  function follow(next: Leader): void {
    leader = next;
    for (const topic of watched) next.deliver({ kind: 'watch', topic });
    for (const entry of unanswered.values()) ask(entry, next);
  }

  function welcome(guestId: string, client: SottoClient): ServedPage {
    const guest = serveClient(client, (message) =>
      post({ kind: 'reply', from: tabId, to: guestId, reply: message }),
    );
    guests.set(guestId, guest);
    locks
      .request(tabLockName(guestId), () => {
        guest.close();
        guests.delete(guestId);
        return Promise.resolve();
      })
      .catch(onFailure);
    return guest;
  }

  function receiveFromTab(message: TabMessage): void {
    if (message.kind === 'who-leads') {
      if (engine) post({ kind: 'leading', from: tabId });
    } else if (message.kind === 'leading') {
      const { from } = message;
      if (engine || leader?.id === from) return;
      follow({
        id: from,
        deliver: (request) => post({ kind: 'request', from: tabId, to: from, request }),
      });
    } else if (message.to !== tabId) {
      return;
    } else if (message.kind === 'reply') {
      if (leader?.id === message.from) toPage(message.reply);
    } else if (engine) {
      (guests.get(message.from) ?? welcome(message.from, engine)).receive(message.request);
    }
  }

  function lead(): void {
    engine = options.startEngine();
    const own = serveClient(engine, toPage);
    follow({ id: tabId, deliver: (request) => own.receive(request) });
    post({ kind: 'leading', from: tabId });
  }

  function join(): Promise<never> {
    channel.onmessage = (event) => receiveFromTab(event.data as TabMessage);
    post({ kind: 'who-leads', from: tabId });
    locks
      .request(leaderLockName, () => {
        lead();
        return never;
      })
      .catch(onFailure);
    return never;
  }

  // Joined only with its own lock in hand: a leader takes a free one as the sign that a tab is gone.
  locks.request(tabLockName(tabId), join).catch(onFailure);

  return {
    receive(request) {
      if (request.kind === 'call') {
        const entry = { request, askedOf: null };
        unanswered.set(request.id, entry);
        if (leader) ask(entry, leader);
        return;
      }
      if (request.kind === 'watch') watched.add(request.topic);
      else watched.delete(request.topic);
      leader?.deliver(request);
    },
  };
}
