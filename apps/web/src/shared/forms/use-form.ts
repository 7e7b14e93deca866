import type { ClientErrorCode } from '@sotto/client';
import { useEffect, useRef, useState } from 'react';
import type { FormEvent } from 'react';
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
  /** Words for failures that mean something closer here than in general. */
  words?: Partial<Record<ClientErrorCode, string>>;
}

export interface Form<Name extends string> {
  onSubmit(event: FormEvent<HTMLFormElement>): void;
  onInput(event: FormEvent<HTMLFormElement>): void;
  errors: FieldErrors<Name>;
  alert: string | null;
}

function focusField(form: HTMLFormElement | null, name: string): void {
  const input = form?.elements.namedItem(name);
  if (!(input instanceof HTMLInputElement)) return;
  input.focus();
  input.select();
}

/**
 * A form whose inputs hold their own text: passwords are read from the elements once, on submit,
 * and never enter React's state. Focus goes to the first field that needs another look.
 */
export function useForm<Name extends string>(options: FormOptions<Name>): Form<Name> {
  const { names, check, submit, error, fieldOf, words } = options;
  const element = useRef<HTMLFormElement>(null);
  const [found, setFound] = useState<FieldErrors<Name>>({});
  /** A failure whose field has been changed since: no longer about what stands there. */
  const [answered, setAnswered] = useState<ActionError | null>(null);
  const field = error ? fieldOf?.[error.code] : undefined;
  const said = error && (words?.[error.code] ?? errorWords(error));

  useEffect(() => {
    if (error && field) focusField(element.current, field);
  }, [error, field]);

  return {
    errors: error && field && error !== answered ? { ...found, [field]: said } : found,
    alert: field ? null : said,
    onSubmit(event) {
      event.preventDefault();
      element.current = event.currentTarget;
      const data = new FormData(event.currentTarget);
      const values = Object.fromEntries(
        names.map((name) => {
          const value = data.get(name);
          return [name, typeof value === 'string' ? value : ''];
        }),
      ) as Values<Name>;
      const errors = check(values);
      setFound(errors);
      const first = names.find((name) => errors[name]);
      if (first) focusField(event.currentTarget, first);
      else submit(values);
    },
    onInput(event) {
      const { name } = event.target as HTMLInputElement;
      if (name === field) setAnswered(error);
      if (name in found) setFound({ ...found, [name]: undefined });
    },
  };
}
