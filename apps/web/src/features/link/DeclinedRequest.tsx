import { Link } from 'react-router';
import { td } from '../../shared/i18n/device.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';

export interface DeclinedRequestProps {
  /** The digits differed. */
  mismatch: boolean;
  onClose(): void;
}

/** After a refusal: what it may mean that somebody asked at all. */
export function DeclinedRequest({ mismatch, onClose }: DeclinedRequestProps) {
  return (
    <div className="flex flex-col gap-4">
      <p>{td('request.declined')}</p>
      {mismatch && <Notice tone="warn">{td('request.mismatchAdvice')}</Notice>}
      <Notice tone="warn">{td('request.declinedAdvice')}</Notice>
      <div className="flex flex-col gap-2">
        <Link
          to="/settings/account"
          onClick={onClose}
          className="target inline-flex items-center justify-center rounded-control bg-accent px-4 py-1.5 font-medium text-on-accent hover:bg-accent-strong"
        >
          {td('request.changePassword')}
        </Link>
        <Button wide onClick={onClose}>
          {td('request.done')}
        </Button>
      </div>
    </div>
  );
}
