import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

/** 16 px text: smaller makes phones zoom the page. */
export const inputClass =
  'target w-full rounded-control border border-control bg-surface px-3 py-2 text-input text-ink focus-inset aria-invalid:border-danger';

export function describedBy(id: string, hint: ReactNode, error: string | undefined) {
  const ids = [hint ? `${id}-hint` : null, error ? `${id}-error` : null].filter(Boolean);
  return ids.length > 0 ? ids.join(' ') : undefined;
}

export interface FieldFrameProps {
  id: string;
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  children: ReactNode;
}

/** A label above, a hint and an error below, joined to the input by id. */
export function FieldFrame({ id, label, hint, error, children }: FieldFrameProps) {
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="self-start text-dense font-medium">
        {label}
      </label>
      {children}
      {error && (
        <p id={`${id}-error`} role="alert" className="flex gap-1.5 text-dense text-danger">
          <CircleAlert aria-hidden className="mt-px size-4 shrink-0" />
          {error}
        </p>
      )}
      {hint && (
        <div id={`${id}-hint`} className="text-dense text-muted">
          {hint}
        </div>
      )}
    </div>
  );
}
