import { t } from '../shared/i18n/front.ts';
import { Button } from '../shared/ui/Button.tsx';
import { CentredPage } from '../shared/ui/CentredPage.tsx';
import { Notice } from '../shared/ui/Notice.tsx';

export interface FailureProps {
  title?: string;
  words: string;
}

/** Nothing works until the cause is gone: what happened, what is safe, what to do. */
export function Failure({ title = t('failed.title'), words }: FailureProps) {
  return (
    <CentredPage title={title} lead={t('failed.safe')}>
      <Notice tone="danger">{words}</Notice>
      <Button variant="primary" wide onClick={() => location.reload()}>
        {t('action.reload')}
      </Button>
    </CentredPage>
  );
}
