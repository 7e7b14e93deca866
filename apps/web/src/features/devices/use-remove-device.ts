import type { DeviceId } from '@sotto/protocol';
import { useClient } from '../../shared/client/client-context.ts';
import { useAction } from '../../shared/client/use-action.ts';
import { useStore } from '../../shared/client/use-store.ts';
import { useForm } from '../../shared/forms/use-form.ts';
import { td } from '../../shared/i18n/device.ts';
import { isRemovalWord } from './devices-model.ts';

const fields = ['word'] as const;
type Field = (typeof fields)[number];

export function useRemoveDevice(deviceId: DeviceId, onDone: () => void) {
  const client = useClient();
  const { changesKeys } = useStore(client.devices);
  const action = useAction(() => client.removeDevice({ deviceId }), onDone);
  const form = useForm<Field>({
    names: fields,
    check: ({ word }) =>
      isRemovalWord(word) ? {} : { word: td('remove.mismatch', { word: td('remove.word') }) },
    submit: () => action.run(undefined),
    error: action.error,
  });
  return { form, pending: action.pending, changesKeys };
}
