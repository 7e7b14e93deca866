import { isClientError } from '../client-error.ts';
import type { SottoClient } from '../facade.ts';
import { clientMethods, storeOfTopic } from './messages.ts';
import type { CallRequest, Outcome, Reply, Request, Topic } from './messages.ts';

/** One page, as the engine's side sees it. */
export interface ServedPage {
  receive(request: Request): void;
  /** Ends all subscriptions; calls under way finish unheard. */
  close(): void;
}

function failure(error: unknown): Outcome {
  return isClientError(error)
    ? { ok: false, code: error.code, retryAtMs: error.retryAtMs }
    : { ok: false, code: 'internal', retryAtMs: null };
}

async function run(client: SottoClient, { method, input }: CallRequest): Promise<Outcome> {
  // A tab of another version may ask for what this one does not have.
  if (!Object.hasOwn(clientMethods, method)) {
    return { ok: false, code: 'version_unsupported', retryAtMs: null };
  }
  const call = client[method] as (input: unknown) => Promise<unknown>;
  try {
    return { ok: true, value: await call.call(client, input) };
  } catch (error) {
    return failure(error);
  }
}

/** Answers one page's requests from `client`; see [Note: Messages between page, worker and tabs]. */
export function serveClient(client: SottoClient, send: (reply: Reply) => void): ServedPage {
  const watched = new Map<Topic, () => void>();
  let open = true;

  async function answer(request: CallRequest): Promise<void> {
    const outcome = await run(client, request);
    if (!open) return;
    try {
      send({ kind: 'result', id: request.id, outcome });
    } catch (error) {
      // The value cannot be cloned: a bug, and still an answer.
      send({ kind: 'result', id: request.id, outcome: failure(error) });
    }
  }

  function watch(topic: Topic): void {
    if (watched.has(topic)) return;
    const store = storeOfTopic(client, topic);
    if (!store) return;
    const push = (): void => send({ kind: 'snapshot', topic, snapshot: store.getSnapshot() });
    watched.set(topic, store.subscribe(push));
    push();
  }

  return {
    receive(request) {
      if (request.kind === 'call') void answer(request);
      else if (request.kind === 'watch') watch(request.topic);
      else {
        watched.get(request.topic)?.();
        watched.delete(request.topic);
      }
    },
    close() {
      open = false;
      for (const stop of watched.values()) stop();
      watched.clear();
    },
  };
}
