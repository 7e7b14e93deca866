import { ChatPasswordAccount } from '../../shared/forms/ChatPasswordAccount.tsx';
import { ta } from '../../shared/i18n/app.ts';
import { t } from '../../shared/i18n/front.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { CentredPage } from '../../shared/ui/CentredPage.tsx';
import { NewChatPasswordField } from '../../shared/ui/NewChatPasswordField.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';
import { StepMarks } from './StepMarks.tsx';
import { useChatPasswordStep } from './use-chat-password-step.ts';

export interface ChatPasswordStepProps {
  /** The recovery key of an earlier try was never confirmed. */
  again: boolean;
  onKey(recoveryKey: string): void;
}

export function ChatPasswordStep({ again, onKey }: ChatPasswordStepProps) {
  const { form, pending } = useChatPasswordStep(onKey);
  return (
    <CentredPage
      before={<StepMarks step="chatPassword" />}
      title={ta('chatPassword.title')}
      lead={ta('chatPassword.lead')}
    >
      {again && <Notice tone="info">{ta('chatPassword.again')}</Notice>}
      <form noValidate onSubmit={form.onSubmit} onInput={form.onInput}>
        <div className="flex flex-col gap-4">
          <ChatPasswordAccount />
          <NewChatPasswordField
            name="chatPassword"
            label={ta('chatPassword.label')}
            error={form.errors.chatPassword}
          />
          {form.alert && <Notice tone="danger">{form.alert}</Notice>}
          {pending && <Notice tone="info">{ta('chatPassword.working')}</Notice>}
          <Button type="submit" variant="primary" wide pending={pending} className="mt-2">
            {t('action.continue')}
          </Button>
        </div>
      </form>
    </CentredPage>
  );
}
