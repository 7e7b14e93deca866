import { Timer } from 'lucide-react';
import { useClient } from '../shared/client/client-context.ts';
import { ta } from '../shared/i18n/app.ts';
import { Button } from '../shared/ui/Button.tsx';

/** The last minute before idling locks. Any input puts it off; the button is for those who only read. */
export function LockWarning() {
  const client = useClient();
  return (
    <div
      role="alert"
      className="flex items-center gap-2 border-b border-hairline bg-warn-bg px-4 py-1.5 text-dense text-warn"
    >
      <Timer aria-hidden className="size-4 shrink-0" />
      <span className="flex-1">{ta('unlock.soon')}</span>
      <Button
        variant="quiet"
        className="text-link"
        onClick={() => {
          client.noteActivity().catch(() => undefined);
        }}
      >
        {ta('unlock.stay')}
      </Button>
    </div>
  );
}
