import type { ChatId } from '@sotto/protocol';
import { limits } from '@sotto/protocol';
import { useEffect, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { useClient } from '../../shared/client/client-context.ts';
import { useAction } from '../../shared/client/use-action.ts';
import { bytesOver, enterIntent } from './chat-model.ts';

const draftPauseMs = 400;

/** What is being written: kept as a draft, sent at once, given back when it could not be taken. */
export function useComposer(chatId: ChatId, draft: string, onLatest: () => void) {
  const client = useClient();
  const input = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(draft);
  const saved = useRef(draft);
  const latest = useRef(text);
  const over = bytesOver(text, limits.messageTextBytes);

  const save = useAction((next: string) => client.saveDraft({ chatId, text: next }));
  const send = useAction((sent: string) =>
    client.sendText({ chatId, text: sent }).catch((error: unknown) => {
      setText((now) => (now === '' ? sent : now));
      throw error;
    }),
  );

  // Opening a chat is for writing; on a phone the keyboard would cover what is to be read.
  useEffect(() => {
    const active = document.activeElement;
    const free = active === document.body || active?.matches('[data-chat], #pane') === true;
    if (free && matchMedia('(pointer: fine)').matches)
      input.current?.focus({ preventScroll: true });
  }, []);

  const { run: runSave } = save;
  useEffect(() => {
    latest.current = text;
    if (text === saved.current) return;
    const timer = setTimeout(() => {
      saved.current = text;
      runSave(text);
    }, draftPauseMs);
    return () => clearTimeout(timer);
  }, [text, runSave]);

  useEffect(
    () => () => {
      if (latest.current !== saved.current) runSave(latest.current);
    },
    [runSave],
  );

  function submit(): void {
    if (text.trim() === '' || over > 0) return;
    send.run(text);
    setText('');
    onLatest();
    input.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>): void {
    if (event.key === 'Escape') onLatest();
    if (event.key !== 'Enter') return;
    const { shiftKey, altKey, nativeEvent } = event;
    if (enterIntent({ shiftKey, altKey, isComposing: nativeEvent.isComposing }) === 'newline')
      return;
    event.preventDefault();
    submit();
  }

  return { input, text, setText, over, submit, onKeyDown, error: send.error };
}
