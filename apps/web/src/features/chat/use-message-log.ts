import type { ChatState } from '@sotto/client';
import type { ChatId } from '@sotto/protocol';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useClient } from '../../shared/client/client-context.ts';
import { useAction } from '../../shared/client/use-action.ts';
import { buildRows, countNewer, lastSeq } from './log-model.ts';
import type { LogRow } from './log-model.ts';
import { useStickToEnd } from './use-stick-to-end.ts';
import { usePageVisible } from './use-page-visible.ts';

/** Closer to the end than this counts as reading the latest. */
const endThresholdPx = 80;

const estimates: Record<LogRow['kind'], number> = {
  start: 96,
  older: 56,
  day: 44,
  unread: 40,
  message: 44,
};

/** The virtual rows of one chat: keeps its place, follows the end, reads, and loads what is older. */
export function useMessageLog(chatId: ChatId, chat: ChatState) {
  const client = useClient();
  const { messages, hasOlder, firstUnreadSeq, readSeq } = chat;
  const scroller = useRef<HTMLDivElement>(null);
  const visible = usePageVisible();
  const rows = useMemo(
    () => buildRows(messages, { hasOlder, firstUnreadSeq }),
    [messages, hasOlder, firstUnreadSeq],
  );
  // oxlint-disable-next-line react/incompatible-library -- this project does not use the compiler
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimates[rows[index]?.kind ?? 'message'],
    getItemKey: (index) => rows[index]?.key ?? index,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: endThresholdPx,
    overscan: 10,
    paddingEnd: 12,
    useFlushSync: false,
  });
  const atEnd = virtualizer.isAtEnd(endThresholdPx);

  const placed = useRef(false);
  useLayoutEffect(() => {
    if (placed.current) return;
    placed.current = true;
    const unread = rows.findIndex((row) => row.kind === 'unread');
    if (unread > 0) virtualizer.scrollToIndex(unread, { align: 'start' });
    else virtualizer.scrollToEnd();
  }, [rows, virtualizer]);

  useStickToEnd(scroller, virtualizer, endThresholdPx);

  const { run: loadOlder, pending, error } = useAction(() => client.loadOlder({ chatId }));
  const nearStart = (virtualizer.range?.startIndex ?? Number.MAX_SAFE_INTEGER) < 4;
  useEffect(() => {
    if (nearStart && hasOlder && !pending && !error) loadOlder(undefined);
  }, [nearStart, hasOlder, pending, error, loadOlder, messages.length]);

  const { run: markRead } = useAction((seq: number) => client.markRead({ chatId, seq }));
  const shown = rows.slice(0, (virtualizer.range?.endIndex ?? -1) + 1);
  const shownSeq = lastSeq(shown.flatMap((row) => (row.kind === 'message' ? [row.message] : [])));
  useEffect(() => {
    if (visible && shownSeq > readSeq) markRead(shownSeq);
  }, [visible, shownSeq, readSeq, markRead]);

  const [seenSeq, setSeenSeq] = useState(0);
  useEffect(() => {
    if (shownSeq > seenSeq) setSeenSeq(shownSeq);
  }, [shownSeq, seenSeq]);

  const jumpToLatest = useCallback(() => virtualizer.scrollToEnd(), [virtualizer]);

  return {
    rows,
    virtualizer,
    scroller,
    atEnd,
    newer: countNewer(messages, Math.max(seenSeq, shownSeq)),
    jumpToLatest,
    older: { pending, error, retry: () => loadOlder(undefined) },
  };
}
