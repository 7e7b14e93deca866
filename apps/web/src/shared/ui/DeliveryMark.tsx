import type { DeliveryState } from '@sotto/client';
import { Check, CheckCheck, CircleAlert, Clock } from 'lucide-react';
import { ta } from '../i18n/app.ts';
import { classNames } from './class-names.ts';

const marks = {
  queued: { icon: Clock, look: 'text-muted' },
  sent: { icon: Check, look: 'text-muted' },
  delivered: { icon: CheckCheck, look: 'text-muted' },
  read: { icon: CheckCheck, look: 'text-accent' },
  failed: { icon: CircleAlert, look: 'text-danger' },
} as const;

/** What became of an own message; the words are there for whoever does not see the sign. */
export function DeliveryMark({ state }: { state: DeliveryState }) {
  const { icon: Icon, look } = marks[state];
  const words = ta(`message.${state}`);
  return (
    <span title={words} className={classNames('inline-grid shrink-0', look)}>
      <Icon aria-hidden className="size-4" />
      <span className="sr-only">{words}</span>
    </span>
  );
}
