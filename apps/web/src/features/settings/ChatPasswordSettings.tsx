import { Lock } from 'lucide-react';
import { ChatPasswordAccount } from '../../shared/forms/ChatPasswordAccount.tsx';
import { ta } from '../../shared/i18n/app.ts';
import { waitWords } from '../../shared/time/wait.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { NewChatPasswordField } from '../../shared/ui/NewChatPasswordField.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';
import { PasswordField } from '../../shared/ui/PasswordField.tsx';
import { Block } from '../../shared/ui/Block.tsx';
import { useChangeChatPassword } from './use-change-chat-password.ts';

export function ChatPasswordSettings() {
  const { form, pending, done, changes, waitSeconds, lock } = useChangeChatPassword();
  return (
    <>
      <Block title={ta('chatPasswordSettings.change')} lead={ta('chatPasswordSettings.lead')}>
        <form key={changes} noValidate onSubmit={form.onSubmit} onInput={form.onInput}>
          <div className="flex max-w-[25rem] flex-col gap-4">
            <ChatPasswordAccount />
            <PasswordField
              name="current"
              label={ta('chatPasswordSettings.current')}
              autoComplete="section-chat current-password"
              error={form.errors.current}
            />
            <NewChatPasswordField
              name="next"
              label={ta('chatPasswordSettings.next')}
              error={form.errors.next}
            />
            {waitSeconds > 0 && (
              <Notice tone="warn">{ta('unlock.wait', { time: waitWords(waitSeconds) })}</Notice>
            )}
            {form.alert && <Notice tone="danger">{form.alert}</Notice>}
            {pending && <Notice tone="info">{ta('chatPasswordSettings.working')}</Notice>}
            {done && <Notice tone="ok">{ta('chatPasswordSettings.changed')}</Notice>}
            <Button
              type="submit"
              className="self-start"
              pending={pending}
              disabled={waitSeconds > 0}
            >
              {ta('chatPasswordSettings.change')}
            </Button>
          </div>
        </form>
      </Block>
      <Block
        title={ta('chatPasswordSettings.lockTitle')}
        lead={ta('chatPasswordSettings.lockLead')}
      >
        <Button className="self-start" pending={lock.pending} onClick={() => lock.run(undefined)}>
          <Lock aria-hidden className="size-4" />
          {ta('chatPasswordSettings.lockNow')}
        </Button>
      </Block>
    </>
  );
}
