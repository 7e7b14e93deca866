import { td } from '../../shared/i18n/device.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { CentredPage } from '../../shared/ui/CentredPage.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';
import { Skeleton } from '../../shared/ui/Skeleton.tsx';
import { AskStep } from './AskStep.tsx';
import { askHeading } from './ask-words.ts';
import { askErrorWords, requestErrorWords } from './link-error-words.ts';
import { useAsk } from './use-ask.ts';
import type { AskOptions } from './use-ask.ts';

/** A browser that is not a device of the account yet asks another device to let it in. */
export function AskToJoin(props: AskOptions) {
  const { shown, ended, error, back, again, ...answers } = useAsk(props);
  return (
    <CentredPage {...askHeading(shown)}>
      <div className="flex flex-col gap-5">
        {shown.view === 'starting' && (
          <output className="flex flex-col items-center gap-3">
            <Skeleton className="size-60 rounded-card" />
            <span className="text-dense text-muted">{td('ask.starting')}</span>
          </output>
        )}
        {shown.view === 'failed' && <Notice tone="danger">{askErrorWords(shown.error)}</Notice>}
        <div aria-live="polite" className="flex flex-col gap-5 empty:hidden">
          {shown.view === 'link' && <AskStep link={shown.link} {...answers} />}
        </div>
        {error && <Notice tone="danger">{requestErrorWords(error)}</Notice>}
        <div className="flex flex-col gap-2">
          {ended && (
            <Button variant="primary" wide onClick={again}>
              {td('ask.again')}
            </Button>
          )}
          <Button variant="quiet" wide onClick={back}>
            {td('ask.back')}
          </Button>
        </div>
      </div>
    </CentredPage>
  );
}
