import '@testing-library/jest-dom/vitest';
import { cleanup, configure } from '@testing-library/react';
import { afterEach } from 'vitest';

afterEach(cleanup);

// The first screen behind the sign-in is loaded when it is first shown: slow on a busy machine.
configure({ asyncUtilTimeout: 8000 });

/** jsdom lays nothing out: a virtual list needs to believe that it has some height. */
const height = 800;
const width = 600;

Object.defineProperties(HTMLElement.prototype, {
  offsetHeight: { configurable: true, get: () => height },
  offsetWidth: { configurable: true, get: () => width },
  clientHeight: { configurable: true, get: () => height },
});

class StillObserver implements ResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

globalThis.ResizeObserver ??= StillObserver;
Element.prototype.scrollTo ??= () => undefined;
globalThis.matchMedia ??= (query: string) =>
  ({ matches: false, media: query, addEventListener() {}, removeEventListener() {} }) as never;
globalThis.CSS ??= { supports: () => true } as never;
