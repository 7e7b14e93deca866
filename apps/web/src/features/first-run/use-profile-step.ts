import { useClient } from '../../shared/client/client-context.ts';
import { useAction } from '../../shared/client/use-action.ts';
import { useForm } from '../../shared/forms/use-form.ts';
import type { Values } from '../../shared/forms/use-form.ts';

const fields = ['displayName', 'handle'] as const;
type Field = (typeof fields)[number];

/** The engine knows what names and handles may be; nothing is decided twice. */
export function useProfileStep() {
  const client = useClient();
  const action = useAction((input: Values<Field>) => client.createProfile(input));
  const form = useForm<Field>({
    names: fields,
    check: () => ({}),
    submit: action.run,
    error: action.error,
    fieldOf: {
      name_invalid: 'displayName',
      handle_invalid: 'handle',
      handle_taken: 'handle',
    },
  });
  const signOut = useAction(() => client.signOut({ scope: 'local' }));
  return { form, pending: action.pending, signOut };
}
