import type { ClientErrorCode } from '@sotto/client';
import { t } from '../shared/i18n/front.ts';
import { Button } from '../shared/ui/Button.tsx';
import { CentredPage } from '../shared/ui/CentredPage.tsx';
import { Notice } from '../shared/ui/Notice.tsx';

/** Nothing works until the cause is gone: what happened, what is safe, what to do. */
export function Failure({ code }: { code: ClientErrorCode | null }) {
  return (
    <CentredPage title={code ? t('failed.title') : t('failed.crashed')} lead={t('failed.safe')}>
      <Notice tone="danger">{t(`error.${code ?? 'internal'}`)}</Notice>
      <Button variant="primary" wide onClick={() => location.reload()}>
        {t('action.reload')}
      </Button>
    </CentredPage>
  );
}
