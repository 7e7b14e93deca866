import type { LinkRequest } from '@sotto/client';
import { MonitorSmartphone } from 'lucide-react';
import { useState } from 'react';
import { td } from '../../shared/i18n/device.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { RequestDialog } from './RequestDialog.tsx';

/** On every screen while somebody asks to be let into the account. The dialog outlives the request. */
export function RequestBar({ requests }: { requests: readonly LinkRequest[] }) {
  const [opened, setOpened] = useState<LinkRequest | null>(null);
  const [first, ...more] = requests;
  return (
    <>
      {first && (
        <div
          role="alert"
          aria-label={td('request.region')}
          className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-hairline bg-warn-bg px-4 py-2 text-warn"
        >
          <MonitorSmartphone aria-hidden className="size-5 shrink-0" />
          <p className="min-w-48 flex-1">
            {td('request.bar')} <bdi className="font-strong">{first.deviceName}</bdi>{' '}
            {more.length > 0 && td('request.barCount', { count: more.length })}
          </p>
          <Button onClick={() => setOpened(first)}>{td('request.look')}</Button>
        </div>
      )}
      {opened && (
        <RequestDialog key={opened.linkId} linkId={opened.linkId} onClose={() => setOpened(null)} />
      )}
    </>
  );
}
