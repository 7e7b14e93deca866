import type { Profile } from '@sotto/protocol';
import { ShieldAlert } from 'lucide-react';
import { ta } from '../../shared/i18n/app.ts';
import { ButtonLink } from '../../shared/ui/ButtonLink.tsx';

export interface BlockedSendProps {
  trust: 'changed' | 'doubtful';
  partner: Profile | null;
}

/** In the composer's place while it is in doubt who would read: unmissable, with the one thing to do. */
export function BlockedSend({ trust, partner }: BlockedSendProps) {
  const name = partner?.displayName ?? '';
  return (
    <div
      role="alert"
      className="mx-auto mb-4 flex w-[calc(100%-2rem)] max-w-[45.5rem] flex-wrap items-center gap-3 rounded-card border border-danger bg-danger-bg p-4"
    >
      <ShieldAlert aria-hidden className="size-5 shrink-0 text-danger" />
      <div className="min-w-48 flex-1">
        <p className="font-medium text-danger">{ta(`trust.${trust}`)}</p>
        <p>{ta(trust === 'changed' ? 'trust.blockedChanged' : 'trust.meansDoubtful', { name })}</p>
      </div>
      {trust === 'changed' && partner && (
        <ButtonLink to={`/people/${partner.userId}`} variant="primary">
          {ta('trust.checkNow', { name })}
        </ButtonLink>
      )}
    </div>
  );
}
