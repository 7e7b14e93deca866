import type { Virtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import type { RefObject } from 'react';

/** Keeps the end in sight when the log gets smaller: a phone's keyboard, the offline bar, a longer draft. */
export function useStickToEnd(
  scroller: RefObject<HTMLDivElement | null>,
  virtualizer: Virtualizer<HTMLDivElement, Element>,
  thresholdPx: number,
): void {
  const wasAtEnd = useRef(true);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    // Asked while scrolling: at the time of the change of size it would be too late.
    const onScroll = (): void => {
      wasAtEnd.current = virtualizer.isAtEnd(thresholdPx);
    };
    const observer = new ResizeObserver(() => {
      if (wasAtEnd.current) virtualizer.scrollToEnd();
    });
    element.addEventListener('scroll', onScroll, { passive: true });
    observer.observe(element);
    return () => {
      element.removeEventListener('scroll', onScroll);
      observer.disconnect();
    };
  }, [scroller, virtualizer, thresholdPx]);
}
