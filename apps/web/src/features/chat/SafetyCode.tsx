import type { ChatId } from '@sotto/protocol';
import { errorWords } from '../../shared/client/error-words.ts';
import { ta } from '../../shared/i18n/app.ts';
import { t } from '../../shared/i18n/front.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { CopyButton } from '../../shared/ui/CopyButton.tsx';
import { Dialog } from '../../shared/ui/Dialog.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';
import { Skeleton } from '../../shared/ui/Skeleton.tsx';
import { QrCode } from '../../shared/ui/QrCode.tsx';
import { digitGroups } from './chat-model.ts';
import { useSafetyCode } from './use-safety-code.ts';

export interface SafetyCodeProps {
  chatId: ChatId;
  name: string;
  onClose(): void;
}

export function SafetyCode({ chatId, name, onClose }: SafetyCodeProps) {
  const { digits, error, retry } = useSafetyCode(chatId);
  return (
    <Dialog
      wide
      title={ta('safety.title', { name })}
      lead={ta('safety.lead', { name })}
      onClose={onClose}
    >
      {error ? (
        <div className="flex flex-col gap-3">
          <Notice tone="danger">{errorWords(error)}</Notice>
          <Button onClick={retry}>{t('action.tryAgain')}</Button>
        </div>
      ) : (
        <div className="flex flex-col items-center gap-6 md:flex-row md:items-start">
          {digits ? (
            <QrCode text={digits} label={ta('safety.qr')} />
          ) : (
            <Skeleton className="size-60 shrink-0 rounded-control" />
          )}
          <div className="flex min-w-0 flex-1 flex-col gap-4">
            {digits && (
              <p
                dir="ltr"
                aria-label={ta('safety.digits')}
                className="grid grid-cols-3 gap-x-4 rounded-card bg-sunken p-4 text-center font-mono text-[1.125rem]/7 tabular-nums select-all"
              >
                {digitGroups(digits).map((group, index) => (
                  <span key={`${index}-${group}`}>{group} </span>
                ))}
              </p>
            )}
            <p className="text-dense text-muted">{ta('safety.match')}</p>
            <p className="text-dense text-muted">{ta('safety.differ', { name })}</p>
            {digits && (
              <CopyButton text={digitGroups(digits).join(' ')} label={ta('safety.copy')} />
            )}
          </div>
        </div>
      )}
    </Dialog>
  );
}
