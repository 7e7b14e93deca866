import { afterAll, beforeAll, describe } from 'vitest';
import { forceBackEnd, type BackEnd } from '../../src/primitives/back-end.ts';

/** Registers the same tests for WebCrypto and for noble; forcing fails where a back end is missing. */
export function onEachBackEnd(name: string, register: (backEnd: BackEnd) => void): void {
  for (const backEnd of ['webcrypto', 'noble'] as const) {
    describe(`${name} (${backEnd})`, () => {
      beforeAll(() => forceBackEnd(backEnd));
      afterAll(() => forceBackEnd(undefined));
      register(backEnd);
    });
  }
}
