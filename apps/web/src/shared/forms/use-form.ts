import type { ClientErrorCode } from '@sotto/client';
import { useEffect, useRef, useState } from 'react';
import type { FormEvent, RefObject } from 'react';
import { errorWords } from '../client/error-words.ts';
import type { ActionError } from '../client/use-action.ts';

export type Values<Name extends string> = Record<Name, string>;
export type FieldErrors<Name extends string> = Partial<Record<Name, string>>;

export interface FormOptions<Name extends string> {
  names: readonly Name[];
  /** Words for each field that cannot be sent as it is. */
  check(values: Values<Name>): FieldErrors<Name>;
  submit(values: Values<Name>): void;
  /** The last failure of the action this form starts. */
  error: ActionError | null;
  /** Which failures belong to which field; the rest are shown above the button. */
  fieldOf?: Partial<Record<ClientErrorCode, Name>>;
}

export interface Form<Name extends string> {
  ref: RefObject<HTMLFormElement | null>;
  onSubmit(event: FormEvent<HTMLFormElement>): void;
  onInput(event: FormEvent<HTMLFormElement>): void;
  errors: FieldErrors<Name>;
  alert: string | null;
}

/**
 * A form whose inputs hold their own text: passwords are read from the elements once, on submit,
 * and never enter React's state. Focus goes to the first field that needs another look.
 */
export function useForm<Name extends string>(options: FormOptions<Name>): Form<Name> {
  const { names, check, submit, error, fieldOf } = options;
  const ref = useRef<HTMLFormElement>(null);
  const [errors, setErrors] = useState<FieldErrors<Name>>({});
  const field = error ? fieldOf?.[error.code] : undefined;

  function focusField(name: Name): void {
    const input = ref.current?.elements.namedItem(name);
    if (!(input instanceof HTMLInputElement)) return;
    input.focus();
    input.select();
  }

  useEffect(() => {
    if (!error || !field) return;
    setErrors({ [field]: errorWords(error) } as FieldErrors<Name>);
    focusField(field);
  }, [error, field]);

  return {
    ref,
    errors,
    alert: error && !field ? errorWords(error) : null,
    onSubmit(event) {
      event.preventDefault();
      const data = new FormData(event.currentTarget);
      const values = Object.fromEntries(
        names.map((name) => [name, String(data.get(name) ?? '')]),
      ) as Values<Name>;
      const found = check(values);
      setErrors(found);
      const first = names.find((name) => found[name]);
      if (first) focusField(first);
      else submit(values);
    },
    onInput(event) {
      const { name } = event.target as HTMLInputElement;
      if (name in errors) setErrors({ ...errors, [name]: undefined });
    },
  };
}
