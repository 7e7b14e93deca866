import type { Trust } from '@sotto/client';
import { ta } from '../../shared/i18n/app.ts';
import { classNames } from '../../shared/ui/class-names.ts';
import { trustSigns } from '../../shared/ui/trust-signs.ts';

/** Beside a name in the list: only what is more or less than usual is drawn. */
export function TrustMark({ trust }: { trust: Trust }) {
  if (trust === 'unchecked') return null;
  const { icon: Icon, look } = trustSigns[trust];
  return (
    <span className="shrink-0 self-center">
      <Icon aria-hidden className={classNames('size-3.5', look)} />
      <span className="sr-only">{ta(`trust.${trust}`)}</span>
    </span>
  );
}
