import type { ContactState } from '@sotto/client';
import { tc } from '../../shared/i18n/contact.ts';
import { classNames } from '../../shared/ui/class-names.ts';
import { trustSigns } from '../../shared/ui/trust-signs.ts';
import { useToday } from '../../shared/time/use-today.ts';
import { meaning } from './contact-model.ts';

/** Who this is, how sure that is, and what it means. */
export function ContactSign({ contact, name }: { contact: ContactState; name: string }) {
  const todayMs = useToday();
  const { icon: Icon, look } = trustSigns[contact.trust];
  const alarming = contact.trust === 'changed' || contact.trust === 'doubtful';
  return (
    <div
      role={alarming ? 'alert' : 'status'}
      className={classNames(
        'flex gap-3 rounded-card border p-4',
        alarming ? 'border-danger bg-danger-bg' : 'border-hairline bg-surface',
      )}
    >
      <Icon aria-hidden className={classNames('mt-0.5 size-5 shrink-0', look)} />
      <div className="flex min-w-0 flex-col gap-1">
        <p className={classNames('font-medium', look)}>{tc(`sign.${contact.trust}`)}</p>
        <p className={alarming ? 'text-ink' : 'text-muted'}>{meaning(contact, name, todayMs)}</p>
        {contact.deviceCount > 0 && !alarming && (
          <p className="text-dense text-muted">{tc('devices', { count: contact.deviceCount })}</p>
        )}
      </div>
    </div>
  );
}
