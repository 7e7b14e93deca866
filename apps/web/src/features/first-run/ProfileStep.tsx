import { ta } from '../../shared/i18n/app.ts';
import { t } from '../../shared/i18n/front.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { CentredPage } from '../../shared/ui/CentredPage.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';
import { TextField } from '../../shared/ui/TextField.tsx';
import { StepMarks } from './StepMarks.tsx';
import { useProfileStep } from './use-profile-step.ts';

export function ProfileStep() {
  const { form, pending, signOut } = useProfileStep();
  return (
    <CentredPage
      before={<StepMarks step="profile" />}
      title={ta('profile.title')}
      lead={ta('profile.lead')}
    >
      <form noValidate onSubmit={form.onSubmit} onInput={form.onInput}>
        <div className="flex flex-col gap-4">
          <TextField
            name="displayName"
            label={ta('profile.name')}
            hint={ta('profile.nameHint')}
            autoComplete="name"
            dir="auto"
            error={form.errors.displayName}
          />
          <TextField
            name="handle"
            label={ta('profile.handle')}
            hint={ta('profile.handleHint')}
            autoComplete="nickname"
            autoCapitalize="none"
            spellCheck={false}
            dir="ltr"
            prefix="@"
            error={form.errors.handle}
          />
          {form.alert && <Notice tone="danger">{form.alert}</Notice>}
          <div className="mt-2 flex flex-col gap-2">
            <Button type="submit" variant="primary" wide pending={pending}>
              {t('action.continue')}
            </Button>
            <Button
              variant="quiet"
              wide
              pending={signOut.pending}
              onClick={() => signOut.run(undefined)}
            >
              {ta('steps.signOut')}
            </Button>
          </div>
        </div>
      </form>
    </CentredPage>
  );
}
