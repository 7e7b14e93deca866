import { ScanQrCode, Smartphone } from 'lucide-react';
import { tc } from '../../shared/i18n/contact.ts';
import { classNames } from '../../shared/ui/class-names.ts';

const ways = [
  { way: 'show', icon: Smartphone },
  { way: 'scan', icon: ScanQrCode },
] as const;

export interface WaysProps {
  way: 'show' | 'scan';
  onChoose(way: 'show' | 'scan'): void;
}

/** By eye or by camera; the camera is asked for only when it is chosen. */
export function Ways({ way: chosen, onChoose }: WaysProps) {
  return (
    <fieldset aria-label={tc('ways')} className="flex gap-1 rounded-control bg-sunken p-1">
      {ways.map(({ way, icon: Icon }) => (
        <button
          key={way}
          type="button"
          aria-pressed={way === chosen}
          onClick={() => onChoose(way)}
          className={classNames(
            'target flex flex-1 items-center justify-center gap-2 rounded-control px-3 py-1.5',
            way === chosen ? 'bg-surface font-medium shadow-float' : 'text-muted hover:text-ink',
          )}
        >
          <Icon aria-hidden className="size-4" />
          {tc(way)}
        </button>
      ))}
    </fieldset>
  );
}
