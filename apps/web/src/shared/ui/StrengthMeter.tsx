import type { PasswordEstimate } from '@sotto/client';
import { ta } from '../i18n/app.ts';
import { classNames } from './class-names.ts';

const fills = ['bg-danger', 'bg-danger', 'bg-warn', 'bg-ok', 'bg-ok'] as const;
const inks = ['text-danger', 'text-danger', 'text-warn', 'text-ok', 'text-ok'] as const;

/** The estimate in words, with four bars as decoration. */
export function StrengthMeter({ estimate }: { estimate: PasswordEstimate | null }) {
  const score = estimate?.score ?? 0;
  return (
    <div className="flex flex-col gap-1">
      <div aria-hidden className="flex gap-1">
        {[1, 2, 3, 4].map((bar) => (
          <span
            key={bar}
            className={classNames(
              'h-1 flex-1 rounded-full transition-colors',
              estimate && bar <= Math.max(1, score) ? fills[score] : 'bg-hairline',
            )}
          />
        ))}
      </div>
      <p aria-live="polite" className="min-h-4.5 text-dense">
        {estimate && (
          <>
            <span className="text-muted">{ta('strength.label')}: </span>
            <span className={classNames('font-medium', inks[score])}>
              {ta(`strength.score${score}`)}
            </span>
            {estimate.warning && (
              <span className="text-muted"> · {ta(`strength.${estimate.warning}`)}</span>
            )}
          </>
        )}
      </p>
    </div>
  );
}
