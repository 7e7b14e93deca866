import { Lock } from 'lucide-react';
import { ta } from '../shared/i18n/app.ts';
import { Button } from '../shared/ui/Button.tsx';

export function LockedBar({ onUnlock }: { onUnlock(): void }) {
  return (
    <div className="flex items-center gap-2 border-b border-hairline bg-sunken px-4 py-1.5 text-dense">
      <Lock aria-hidden className="size-4 shrink-0 text-muted" />
      <output className="flex-1">{ta('unlock.locked')}</output>
      <Button variant="quiet" className="text-link" onClick={onUnlock}>
        {ta('unlock.submit')}
      </Button>
    </div>
  );
}
