import type { ChatId } from '@sotto/protocol';
import { errorWords } from '../../shared/client/error-words.ts';
import { ta } from '../../shared/i18n/app.ts';
import { Avatar } from '../../shared/ui/Avatar.tsx';
import { Button } from '../../shared/ui/Button.tsx';
import { Dialog } from '../../shared/ui/Dialog.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';
import { TextField } from '../../shared/ui/TextField.tsx';
import { useNewChat } from './use-new-chat.ts';

export interface NewChatProps {
  onClose(): void;
  onStarted(chatId: ChatId): void;
}

export function NewChat({ onClose, onStarted }: NewChatProps) {
  const { form, finding, person, self, start } = useNewChat(onStarted);
  return (
    <Dialog title={ta('newChat.title')} lead={ta('newChat.lead')} onClose={onClose}>
      <form noValidate onSubmit={form.onSubmit} onInput={form.onInput}>
        <div className="flex flex-col gap-4">
          <TextField
            name="handle"
            label={ta('newChat.handle')}
            prefix="@"
            dir="ltr"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            // oxlint-disable-next-line jsx-a11y/no-autofocus -- the one field of a dialog just opened
            autoFocus
            error={form.errors.handle}
          />
          {form.alert && <Notice tone="danger">{form.alert}</Notice>}
          <Button type="submit" variant={person ? 'secondary' : 'primary'} wide pending={finding}>
            {ta('newChat.find')}
          </Button>
        </div>
      </form>
      <div aria-live="polite">
        {person && (
          <div className="mt-4 flex animate-rise flex-col gap-4 border-t border-hairline pt-4">
            <div className="flex items-center gap-3">
              <Avatar name={person.displayName} color={person.avatarColor} />
              <p className="min-w-0 flex-1">
                <span dir="auto" className="block truncate font-medium">
                  {person.displayName}
                </span>
                <span dir="ltr" className="block truncate text-dense text-muted">
                  @{person.handle}
                </span>
              </p>
            </div>
            {self && <p className="text-dense text-muted">{ta('newChat.self')}</p>}
            {start.error && <Notice tone="danger">{errorWords(start.error)}</Notice>}
            <Button
              variant="primary"
              wide
              pending={start.pending}
              onClick={() => start.run(person)}
            >
              {ta('newChat.start')}
            </Button>
          </div>
        )}
      </div>
    </Dialog>
  );
}
