import { CloudOff, RefreshCw } from 'lucide-react';
import { t } from '../../shared/i18n/front.ts';
import { waitWords } from '../../shared/time/wait.ts';
import { useConnection } from './use-connection.ts';

/** A quiet bar above everything while the relay cannot be reached; nothing while it can. */
export function ConnectionBar() {
  const { sign, seconds } = useConnection();
  return (
    <output className="block">
      {sign !== 'none' && (
        <span className="flex items-center justify-center gap-2 border-b border-hairline bg-sunken px-4 py-1.5 text-dense text-muted">
          {sign === 'offline' ? (
            <CloudOff aria-hidden className="size-4 shrink-0" />
          ) : (
            <RefreshCw aria-hidden className="size-4 shrink-0 animate-spin" />
          )}
          {sign === 'offline' ? t('connection.offline') : t('connection.connecting')}
          {sign === 'offline' && seconds > 0 && (
            // Counts every second: not for the live region.
            <span aria-hidden className="tabular-nums max-md:hidden">
              {t('connection.retryIn', { time: waitWords(seconds) })}
            </span>
          )}
        </span>
      )}
    </output>
  );
}
