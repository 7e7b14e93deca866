import { useEffect, useState } from 'react';

/** True once `wanted` has been true for `delayMs`: what is quick never flickers. */
export function useDelayed(wanted: boolean, delayMs: number): boolean {
  const [passed, setPassed] = useState(false);

  useEffect(() => {
    if (!wanted) return;
    const timer = setTimeout(() => setPassed(true), delayMs);
    return () => {
      clearTimeout(timer);
      setPassed(false);
    };
  }, [wanted, delayMs]);

  return wanted && passed;
}
