import type { RemovedDevice } from '@sotto/client';
import { ChevronRight } from 'lucide-react';
import { td } from '../../shared/i18n/device.ts';
import { dayHeading } from '../../shared/time/dates.ts';
import { useToday } from '../../shared/time/use-today.ts';
import { shownName } from './devices-model.ts';

/** Folded: they are history. */
export function RemovedDevices({ removed }: { removed: readonly RemovedDevice[] }) {
  const today = useToday();
  return (
    <details className="group">
      <summary className="target flex list-none items-center gap-1 rounded-control text-dense font-medium text-muted">
        <ChevronRight
          aria-hidden
          className="size-4 transition-transform group-open:rotate-90 rtl:-scale-x-100"
        />
        {td('list.removed', { count: removed.length })}
      </summary>
      <ul className="flex flex-col gap-1 pt-1">
        {removed.map(({ deviceId, name, removedAtMs }) => (
          <li
            key={deviceId}
            className="flex flex-wrap justify-between gap-x-4 rounded-control bg-sunken px-3 py-2"
          >
            <bdi>{shownName(name)}</bdi>
            <span className="text-dense text-muted">
              {td('list.removedAt', { day: dayHeading(removedAtMs, today) })}
            </span>
          </li>
        ))}
      </ul>
      <p className="pt-2 text-dense text-muted">{td('list.removedHint')}</p>
    </details>
  );
}
