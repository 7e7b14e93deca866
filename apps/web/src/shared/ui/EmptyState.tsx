import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

export interface EmptyStateProps {
  icon: LucideIcon;
  title: string;
  hint?: string | undefined;
  children?: ReactNode;
}

/** One sentence and at most one thing to do. */
export function EmptyState({ icon: Icon, title, hint, children }: EmptyStateProps) {
  return (
    <div className="flex flex-1 flex-col items-center justify-center gap-3 p-8 text-center">
      <span className="grid size-12 place-items-center rounded-full bg-sunken text-muted">
        <Icon aria-hidden className="size-6" />
      </span>
      <div className="flex max-w-xs flex-col gap-1">
        <p className="font-medium">{title}</p>
        {hint && <p className="text-dense text-muted">{hint}</p>}
      </div>
      {children}
    </div>
  );
}
