import type { ChatState } from '@sotto/client';
import { useEffect, useRef, useState } from 'react';
import { announcement } from './chat-model.ts';
import { countNewer, lastSeq } from './log-model.ts';

const pauseMs = 3000;

/** Words for the one polite live region: at most one announcement in three seconds. */
export function useAnnouncements({ messages, partner }: ChatState): string {
  const [words, setWords] = useState('');
  const announcedSeq = useRef<number | null>(null);
  const lastAtMs = useRef(0);
  const name = partner?.displayName ?? '';

  useEffect(() => {
    const newest = lastSeq(messages);
    announcedSeq.current ??= newest;
    const count = countNewer(messages, announcedSeq.current);
    if (count === 0) return;
    const wait = Math.max(0, lastAtMs.current + pauseMs - Date.now());
    const timer = setTimeout(() => {
      announcedSeq.current = newest;
      lastAtMs.current = Date.now();
      setWords(announcement(count, name));
    }, wait);
    return () => clearTimeout(timer);
  }, [messages, name]);

  // Emptied after a while, so that the same words are announced again.
  useEffect(() => {
    if (words === '') return;
    const timer = setTimeout(() => setWords(''), pauseMs - 500);
    return () => clearTimeout(timer);
  }, [words]);

  return words;
}
