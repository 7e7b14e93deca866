import { TextField } from './TextField.tsx';

export interface CodeFieldProps {
  name: string;
  label: string;
  autoFocus?: boolean;
  error?: string | undefined;
}

/** Six digits of an authenticator app; a phone offers digits, and a password manager its own. */
export function CodeField({ name, label, autoFocus = false, error }: CodeFieldProps) {
  return (
    <TextField
      name={name}
      label={label}
      // oxlint-disable-next-line jsx-a11y/no-autofocus -- the callers' first field of a form just opened
      autoFocus={autoFocus}
      inputMode="numeric"
      autoComplete="one-time-code"
      spellCheck={false}
      maxLength={11}
      dir="ltr"
      className="font-mono tracking-widest"
      error={error}
    />
  );
}
