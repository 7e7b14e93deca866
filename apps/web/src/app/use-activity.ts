import { useEffect } from 'react';
import { useClient } from '../shared/client/client-context.ts';

const pauseMs = 10_000;
/** Typing, pointing, scrolling, and the focus moves of a screen reader. */
const signs = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchmove', 'focusin'] as const;

/** Tells the engine that somebody is here, at most once in ten seconds. */
export function useActivity(): void {
  const client = useClient();
  useEffect(() => {
    let toldAtMs = 0;
    const tell = (): void => {
      const now = Date.now();
      if (now - toldAtMs < pauseMs) return;
      toldAtMs = now;
      // Only the lock timer misses it, and the next sign of life comes soon.
      client.noteActivity().catch(() => undefined);
    };
    for (const sign of signs) addEventListener(sign, tell, { passive: true, capture: true });
    return () => {
      for (const sign of signs) removeEventListener(sign, tell, { capture: true });
    };
  }, [client]);
}
