import { t } from '../../shared/i18n/front.ts';
import { Notice } from '../../shared/ui/Notice.tsx';
import { useBrowserOnline } from './use-browser-online.ts';

/** For the screens before the sign-in, where no socket tells yet: what the browser knows. */
export function OfflineNotice() {
  if (useBrowserOnline()) return null;
  return <Notice tone="warn">{t('connection.offlineFront')}</Notice>;
}
