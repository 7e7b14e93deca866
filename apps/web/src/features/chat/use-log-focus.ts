import type { Virtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import type { FocusEvent, KeyboardEvent } from 'react';
import { nextMessageIndex } from './log-model.ts';
import type { LogRow } from './log-model.ts';

/** One Tab stop for the whole log; arrows, Home and End move between messages. */
export function useLogFocus(
  rows: readonly LogRow[],
  virtualizer: Virtualizer<HTMLDivElement, Element>,
  toLatest: () => void,
) {
  const [focused, setFocused] = useState<string | null>(null);
  /** Asked for by a key, not drawn yet. */
  const wanted = useRef<string | null>(null);

  const drawn = virtualizer
    .getVirtualItems()
    .filter((item) => rows[item.index]?.kind === 'message')
    .map((item) => String(item.key));
  const tabStop = focused !== null && drawn.includes(focused) ? focused : (drawn.at(-1) ?? null);

  useEffect(() => {
    if (wanted.current === null) return;
    const element = document.getElementById(`m-${wanted.current}`);
    if (!element) return;
    wanted.current = null;
    element.focus({ preventScroll: true });
  });

  function targetOf(key: string): number | null {
    const from = rows.findIndex((row) => row.key === tabStop);
    if (key === 'ArrowUp') return nextMessageIndex(rows, from, -1);
    if (key === 'ArrowDown') return nextMessageIndex(rows, from, 1);
    if (key === 'Home') return nextMessageIndex(rows, -1, 1);
    if (key === 'End') return nextMessageIndex(rows, rows.length, -1);
    return null;
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.key === 'Escape') {
      toLatest();
      document.querySelector<HTMLElement>('[data-focus-home]')?.focus();
      return;
    }
    const index = targetOf(event.key);
    const row = index === null ? undefined : rows[index];
    if (index === null || !row) return;
    event.preventDefault();
    wanted.current = row.key;
    setFocused(row.key);
    virtualizer.scrollToIndex(index, { align: 'auto' });
  }

  function onFocus(event: FocusEvent): void {
    const id = event.target.closest('article')?.id;
    if (id) setFocused(id.slice('m-'.length));
  }

  return { tabStop, onKeyDown, onFocus };
}
