import { connectClient } from '../connect-client.ts';
import type { SottoClient } from '../../facade.ts';
import type { Reply, Request } from '../messages.ts';
import { shareEngine } from '../share-engine.ts';
import { MemoryLocks } from './memory-locks.ts';

export interface MemoryTab {
  id: string;
  client: SottoClient;
  /** What closing a tab does: its worker is gone at once, in the middle of anything. */
  close(): void;
  /** The worker throws where nobody catches. */
  crash(): void;
}

/**
 * A browser of tabs in one process: real message ports and broadcast channels, locks in memory.
 * `startEngine` is called for each engine that a tab starts.
 */
export class MemoryBrowser {
  readonly #locks = new MemoryLocks();
  readonly #channelName = crypto.randomUUID();
  readonly #tabs = new Set<MemoryTab>();
  readonly #startEngine: (tabId: string) => SottoClient;

  constructor(startEngine: (tabId: string) => SottoClient) {
    this.#startEngine = startEngine;
  }

  openTab(): MemoryTab {
    const id = crypto.randomUUID();
    const { port1: pagePort, port2: workerPort } = new MessageChannel();
    const channel = new BroadcastChannel(this.#channelName);
    let onError: () => void = () => undefined;

    const end = (): void => {
      this.#tabs.delete(tab);
      this.#locks.drop(id);
      channel.close();
      workerPort.close();
    };
    const shared = shareEngine({
      tabId: id,
      locks: this.#locks.of(id),
      channel,
      startEngine: () => this.#startEngine(id),
      reply: (reply: Reply) => workerPort.postMessage(reply),
      onFailure: () => onError(),
    });
    workerPort.onmessage = (event) => shared.receive(event.data as Request);

    const client = connectClient({
      worker: {
        postMessage: (message) => pagePort.postMessage(message),
        addEventListener(type: string, listener: (event: MessageEvent) => void) {
          if (type === 'message') pagePort.onmessage = listener;
          if (type === 'error') onError = listener as () => void;
        },
        terminate: end,
      },
    });
    const tab: MemoryTab = {
      id,
      client,
      close: end,
      crash: () => onError(),
    };
    this.#tabs.add(tab);
    return tab;
  }

  close(): void {
    for (const tab of this.#tabs) tab.close();
  }
}
