import { useId } from 'react';
import type { InputHTMLAttributes, ReactNode } from 'react';
import { classNames } from './class-names.ts';
import { FieldFrame, describedBy, inputClass } from './FieldFrame.tsx';

export interface TextFieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'name'> {
  label: string;
  name: string;
  hint?: ReactNode;
  error?: string | undefined;
  /** Shown before the text, like the @ of a handle. */
  prefix?: string;
}

export function TextField({ label, hint, error, prefix, className, ...input }: TextFieldProps) {
  const id = useId();
  return (
    <FieldFrame id={id} label={label} hint={hint} error={error}>
      <div className="relative">
        {prefix && (
          <span
            aria-hidden
            className="absolute inset-y-0 start-3 grid place-items-center text-muted"
          >
            {prefix}
          </span>
        )}
        <input
          type="text"
          {...input}
          id={id}
          aria-invalid={error ? true : undefined}
          aria-describedby={describedBy(id, hint, error)}
          className={classNames(inputClass, prefix && 'ps-8', className)}
        />
      </div>
    </FieldFrame>
  );
}
