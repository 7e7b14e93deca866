import type { ActionError } from '../client/use-action.ts';
import { errorWords } from '../client/error-words.ts';
import { t } from '../i18n/front.ts';
import { Button } from './Button.tsx';
import { Dialog } from './Dialog.tsx';
import { Notice } from './Notice.tsx';

export interface ConfirmDialogProps {
  title: string;
  lead: string;
  /** The word on the button that does it. */
  confirm: string;
  error: ActionError | null;
  pending: boolean;
  onConfirm(): void;
  onClose(): void;
}

/** Asks before something that cannot be taken back. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, lead, confirm, error, pending, onConfirm, onClose } = props;
  return (
    <Dialog title={title} lead={lead} onClose={onClose}>
      <div className="flex flex-col gap-2">
        {error && <Notice tone="danger">{errorWords(error)}</Notice>}
        <Button wide onClick={onClose}>
          {t('action.cancel')}
        </Button>
        <Button wide variant="danger" pending={pending} onClick={onConfirm}>
          {confirm}
        </Button>
      </div>
    </Dialog>
  );
}
