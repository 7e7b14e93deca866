import { connectClient } from '@sotto/client/browser';
import type { SottoClient } from '@sotto/client';
// oxlint-disable-next-line import/default -- the bundler makes this module: the address of the worker
import workerUrl from '@sotto/client/worker?worker&url';

/** What this file needs of Trusted Types, which not every browser has. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): unknown };
}

declare global {
  interface Window {
    trustedTypes?: TrustedTypes;
  }
}

/** The one script address this page may make on its own: the engine's worker. */
function trustedWorkerUrl(): string {
  const policy = window.trustedTypes?.createPolicy('sotto-worker', {
    createScriptURL(url) {
      if (url !== workerUrl) throw new TypeError('Only the engine may run in a worker.');
      return url;
    },
  });
  // The DOM types know strings alone; the constructor takes the trusted object as it is.
  return (policy?.createScriptURL(workerUrl) ?? workerUrl) as string;
}

/** Starts the engine beside this page: keys, crypto and the socket never run on this thread. */
export function startClient(): SottoClient {
  return connectClient({ worker: new Worker(trustedWorkerUrl(), { type: 'module' }) });
}
