import type { DeviceId } from '@sotto/protocol';
import { useClient } from '../../shared/client/client-context.ts';
import { useAction } from '../../shared/client/use-action.ts';
import { useForm } from '../../shared/forms/use-form.ts';
import type { Values } from '../../shared/forms/use-form.ts';
import { t } from '../../shared/i18n/front.ts';

const fields = ['name'] as const;
type Field = (typeof fields)[number];

export function useRenameDevice(deviceId: DeviceId, onDone: () => void) {
  const client = useClient();
  const action = useAction(
    ({ name }: Values<Field>) => client.renameDevice({ deviceId, name: name.trim() }),
    onDone,
  );
  const form = useForm<Field>({
    names: fields,
    check: ({ name }) => (name.trim() === '' ? { name: t('error.name_invalid') } : {}),
    submit: action.run,
    error: action.error,
    fieldOf: { name_invalid: 'name' },
  });
  return { form, pending: action.pending };
}
