import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';

const tones = {
  info: { icon: Info, look: 'bg-sunken text-ink' },
  ok: { icon: CircleCheck, look: 'bg-ok-bg text-ok' },
  warn: { icon: TriangleAlert, look: 'bg-warn-bg text-warn' },
  danger: { icon: CircleAlert, look: 'bg-danger-bg text-danger' },
} as const;

export interface NoticeProps {
  tone: keyof typeof tones;
  children: ReactNode;
}

/** One sentence about what just happened; failures interrupt, the rest waits its turn. */
export function Notice({ tone, children }: NoticeProps) {
  const { icon: Icon, look } = tones[tone];
  return (
    <div
      role={tone === 'danger' ? 'alert' : 'status'}
      className={classNames('flex gap-2 rounded-control px-3 py-2 text-dense', look)}
    >
      <Icon aria-hidden className="mt-px size-4 shrink-0" />
      <div>{children}</div>
    </div>
  );
}
