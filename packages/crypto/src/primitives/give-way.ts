/**
 * Gives the thread back in the middle of long work. Awaiting a promise that is already settled only runs
 * the next microtask: events and painting wait until a macrotask ends.
 */
interface Port {
  onmessage: (() => void) | null;
  postMessage(value: unknown): void;
  close(): void;
}

interface Scheduling {
  setImmediate?: (work: () => void) => unknown;
  MessageChannel: new () => { port1: Port; port2: Port };
}

const scheduling = globalThis as unknown as Scheduling;

/** Resolves in a later macrotask. Browsers delay nested timers by 4 ms, but not messages. */
export function giveWay(): Promise<void> {
  return new Promise((resolve) => {
    if (scheduling.setImmediate) {
      scheduling.setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new scheduling.MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

/** Lets whoever waits pass one at a time, each in a macrotask of its own. */
export function turnstile(): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return () => {
    last = last.then(giveWay);
    return last;
  };
}
