import { td } from '../../shared/i18n/device.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { Dialog } from '../../shared/ui/Dialog.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';
import { TextField } from '../../shared/ui/TextField.tsx';
import type { DeviceDialogProps } from './device-dialog.ts';
import { useRenameDevice } from './use-rename-device.ts';

export function RenameDevice({ device, onClose }: DeviceDialogProps) {
  const { form, pending } = useRenameDevice(device.deviceId, onClose);
  return (
    <Dialog title={td('rename.title')} lead={td('rename.lead')} onClose={onClose}>
      <form noValidate onSubmit={form.onSubmit} onInput={form.onInput}>
        <div className="flex flex-col gap-4">
          <TextField
            name="name"
            label={td('rename.label')}
            defaultValue={device.name}
            autoComplete="off"
            dir="auto"
            // oxlint-disable-next-line jsx-a11y/no-autofocus -- the one field of a dialog just opened
            autoFocus
            error={form.errors.name}
          />
          {form.alert && <Notice tone="danger">{form.alert}</Notice>}
          <Button type="submit" variant="primary" wide pending={pending}>
            {td('rename.submit')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
