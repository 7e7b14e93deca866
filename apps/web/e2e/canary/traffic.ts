import type { BrowserContext, Page } from '@playwright/test';
import type { Place } from '@sotto/hostile-relay/canary';

/** What a browser sent and received, as its network stack saw it: decoded and without encryption. */
export interface TrafficRecord {
  /** Waits for bodies that are still being fetched from the browser. */
  places(): Promise<Place[]>;
  /** How many websocket frames were seen, to know that listening works. */
  frameCount(): number;
}

function withoutQuery(url: string): string {
  const { pathname } = new URL(url);
  return pathname;
}

/** Records all requests, bodies and websocket frames of a context, including those of its workers. */
export function recordTraffic(context: BrowserContext): TrafficRecord {
  const parts = new Map<string, Buffer[]>();
  const bodies: Promise<void>[] = [];
  let frames = 0;

  function add(name: string, bytes: Buffer | string | null): void {
    if (bytes === null) return;
    const known = parts.get(name) ?? [];
    parts.set(name, [...known, Buffer.from(bytes)]);
  }

  context.on('request', (request) => {
    const name = `request ${request.method()} ${withoutQuery(request.url())}`;
    add(name, `${request.url()}\n${JSON.stringify(request.headers())}\n`);
    add(name, request.postDataBuffer());
  });
  context.on('response', (response) => {
    const name = `response ${response.request().method()} ${withoutQuery(response.url())}`;
    add(name, JSON.stringify(response.headers()));
    bodies.push(
      response.body().then(
        (body) => add(name, body),
        // Redirects and bodies of pages that were left have none to give.
        () => undefined,
      ),
    );
  });
  const watchPage = (page: Page): void => {
    page.on('websocket', (socket) => {
      socket.on('framesent', ({ payload }) => {
        frames += 1;
        add('frames sent', payload);
      });
      socket.on('framereceived', ({ payload }) => {
        frames += 1;
        add('frames received', payload);
      });
    });
  };
  context.on('page', watchPage);
  context.pages().forEach(watchPage);

  return {
    async places() {
      await Promise.all(bodies);
      return [...parts].map(([name, chunks]) => ({ name, bytes: Buffer.concat(chunks) }));
    },
    frameCount: () => frames,
  };
}
