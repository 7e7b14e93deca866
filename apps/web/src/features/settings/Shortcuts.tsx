import { ta } from '../../shared/i18n/app.ts';
import { Dialog } from '../../shared/ui/Dialog.tsx';
import { ShortcutTable } from './ShortcutTable.tsx';

export function Shortcuts({ onClose }: { onClose(): void }) {
  return (
    <Dialog title={ta('shortcuts.title')} onClose={onClose}>
      <ShortcutTable />
    </Dialog>
  );
}
