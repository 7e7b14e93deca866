import { td } from '../../shared/i18n/device.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { Dialog } from '../../shared/ui/Dialog.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';
import { TextField } from '../../shared/ui/TextField.tsx';
import { shownName } from './devices-model.ts';
import type { DeviceDialogProps } from './device-dialog.ts';
import { useRemoveDevice } from './use-remove-device.ts';

const always = ['remove.out', 'remove.keeps', 'remove.keys'] as const;
const withKeys = ['remove.account', 'remove.codes'] as const;

/** Says what removing does and what it cannot do, and has it confirmed by a typed word. */
export function RemoveDevice({ device, onClose }: DeviceDialogProps) {
  const { form, pending, changesKeys } = useRemoveDevice(device.deviceId, onClose);
  const effects = [...always, ...(changesKeys ? withKeys : []), 'remove.back'] as const;
  return (
    <Dialog
      title={td('remove.title', { name: shownName(device.name) })}
      lead={td('remove.lead')}
      onClose={onClose}
    >
      <form noValidate onSubmit={form.onSubmit} onInput={form.onInput}>
        <div className="flex flex-col gap-4">
          <ul className="flex list-disc flex-col gap-1 ps-5 text-muted">
            {effects.map((effect) => (
              <li key={effect}>{td(effect)}</li>
            ))}
          </ul>
          <Notice tone="warn">{td('remove.lost')}</Notice>
          {!changesKeys && <p className="text-dense text-muted">{td('remove.stolen')}</p>}
          <TextField
            name="word"
            label={td('remove.label', { word: td('remove.word') })}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            error={form.errors.word}
          />
          {form.alert && <Notice tone="danger">{form.alert}</Notice>}
          <Button type="submit" variant="danger" wide pending={pending}>
            {td('remove.submit')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
