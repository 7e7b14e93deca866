import type { ChatId } from '@sotto/protocol';
import { SendHorizontal } from 'lucide-react';
import { errorWords } from '../../shared/client/error-words.ts';
import { ta } from '../../shared/i18n/app.ts';
import { Notice } from '../../shared/ui/Notice.tsx';
import { useComposer } from './use-composer.ts';

export interface ComposerProps {
  chatId: ChatId;
  name: string;
  draft: string;
  onLatest(): void;
}

export function Composer({ chatId, name, draft, onLatest }: ComposerProps) {
  const { input, text, setText, over, submit, onKeyDown, error } = useComposer(
    chatId,
    draft,
    onLatest,
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      className="mx-auto flex w-full max-w-[47.5rem] shrink-0 flex-col gap-2 px-3 pt-2 pb-[max(0.75rem,env(safe-area-inset-bottom))] md:px-4"
    >
      {error && <Notice tone="danger">{errorWords(error)}</Notice>}
      {over > 0 && <Notice tone="warn">{ta('composer.over', { count: over })}</Notice>}
      <div className="flex items-end gap-2">
        <textarea
          ref={input}
          data-focus-home
          dir="auto"
          // Browsers without `field-sizing` grow with the lines a person made.
          rows={Math.min(8, text.split('\n').length)}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          aria-label={ta('composer.label', { name })}
          aria-keyshortcuts="Enter"
          placeholder={ta('composer.placeholder')}
          enterKeyHint="send"
          autoComplete="off"
          className="target max-h-[calc(8lh+1.25rem)] flex-1 resize-none rounded-bubble border border-control bg-surface px-4 py-2.5 text-input focus-inset [field-sizing:content]"
        />
        <button
          type="submit"
          aria-label={ta('composer.send')}
          title={`${ta('composer.send')}. ${ta('composer.hint')}`}
          aria-disabled={text.trim() === '' || over > 0}
          className="grid size-11.5 shrink-0 place-items-center rounded-full bg-accent text-on-accent transition-colors hover:bg-accent-strong aria-disabled:opacity-40"
        >
          <SendHorizontal aria-hidden className="size-5 rtl:-scale-x-100" />
        </button>
      </div>
    </form>
  );
}
