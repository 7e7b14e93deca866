import { useId, useState } from 'react';
import type { ReactNode, Ref } from 'react';
import { t } from '../i18n/front.ts';
import { classNames } from './class-names.ts';
import { FieldFrame, describedBy, inputClass } from './FieldFrame.tsx';

export interface PasswordFieldProps {
  label: string;
  name: string;
  autoComplete: string;
  hint?: ReactNode;
  error?: string | undefined;
  autoFocus?: boolean;
  disabled?: boolean;
  /** For what is also meant to be read: a recovery key, a passphrase. */
  mono?: boolean;
  onInput?: (text: string) => void;
  ref?: Ref<HTMLInputElement>;
}

/** Uncontrolled: what is typed stays in the input and is read once, when the form is sent. */
export function PasswordField({
  label,
  hint,
  error,
  mono = false,
  onInput,
  autoComplete,
  autoFocus,
  ...input
}: PasswordFieldProps) {
  const id = useId();
  const [shown, setShown] = useState(false);
  return (
    <FieldFrame id={id} label={label} hint={hint} error={error}>
      <div className="relative">
        <input
          {...input}
          id={id}
          type={shown ? 'text' : 'password'}
          // Browsers keep what stands in plain fields for a restart, in files of the profile.
          autoComplete={shown ? 'off' : autoComplete}
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- the one field of a dialog just opened
          autoFocus={autoFocus}
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          aria-invalid={error ? true : undefined}
          aria-describedby={describedBy(id, hint, error)}
          onInput={(event) => onInput?.(event.currentTarget.value)}
          className={classNames(inputClass, 'pe-18', mono && 'font-mono')}
        />
        <button
          type="button"
          aria-pressed={shown}
          aria-label={`${t('action.show')}: ${label}`}
          onClick={() => setShown(!shown)}
          className="focus-inset absolute inset-y-0 end-0 min-w-16 rounded-control px-3 text-dense font-medium text-link"
        >
          {shown ? t('action.hide') : t('action.show')}
        </button>
      </div>
    </FieldFrame>
  );
}
