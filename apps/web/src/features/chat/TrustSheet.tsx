import type { ChatState } from '@sotto/client';
import type { Profile } from '@sotto/protocol';
import { Eye, ShieldCheck } from 'lucide-react';
import { ta } from '../../shared/i18n/app.ts';
import { ButtonLink } from '../../shared/ui/ButtonLink.tsx';
import { Dialog } from '../../shared/ui/Dialog.tsx';
import { trustMeaning } from './chat-model.ts';
import { useSelf } from './use-self.ts';

export interface TrustSheetProps {
  partner: Profile;
  trust: ChatState['trust'];
  onClose(): void;
}

/** What the sign in the header means, what the server still sees, and what to do about it. */
export function TrustSheet({ partner, trust, onClose }: TrustSheetProps) {
  const self = useSelf(partner);
  return (
    <Dialog title={ta('trust.title')} onClose={onClose}>
      <div className="flex flex-col gap-5">
        <section className="flex flex-col gap-1">
          <h3 className="text-message">{ta('trust.meansTitle')}</h3>
          <p className="text-muted">{trustMeaning(trust, self, partner.displayName)}</p>
        </section>
        <section className="flex flex-col gap-1.5">
          <h3 className="flex items-center gap-2 text-message">
            <Eye aria-hidden className="size-4 text-muted" />
            {ta('trust.serverTitle')}
          </h3>
          <ul className="flex list-disc flex-col gap-1 ps-5 text-muted">
            <li>{ta(self ? 'trust.serverSelf' : 'trust.serverWho')}</li>
            <li>{ta('trust.serverSize')}</li>
            <li>{ta(self ? 'trust.serverOwnAddress' : 'trust.serverAddress')}</li>
          </ul>
        </section>
        {!self && (
          <section className="flex flex-col gap-3">
            <div className="flex flex-col gap-1">
              <h3 className="text-message">{ta('trust.doTitle')}</h3>
              <p className="text-muted">{ta('trust.doCheck')}</p>
            </div>
            <ButtonLink to={`/people/${partner.userId}`} variant="primary">
              <ShieldCheck aria-hidden className="size-4" />
              {ta('trust.show')}
            </ButtonLink>
          </section>
        )}
      </div>
    </Dialog>
  );
}
