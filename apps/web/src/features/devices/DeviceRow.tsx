import type { DeviceSummary } from '@sotto/client';
import { Atom, Monitor, Smartphone, SquareTerminal, TriangleAlert } from 'lucide-react';
import { td } from '../../shared/i18n/device.ts';
import { dayHeading, fullTime } from '../../shared/time/dates.ts';
import { useToday } from '../../shared/time/use-today.ts';
import { Button } from '../../shared/ui/Button.tsx';
import type { DeviceSheet } from './device-dialog.ts';
import { kindOf, kindWords, seenWords, shownName } from './devices-model.ts';

const icons = { browser: Monitor, phone: Smartphone, terminal: SquareTerminal } as const;

export interface DeviceRowProps {
  device: DeviceSummary;
  onOpen(sheet: DeviceSheet): void;
}

function Moment({ term, timeMs, words }: { term: string; timeMs: number | null; words: string }) {
  return (
    <div className="flex gap-1.5">
      <dt>{term}</dt>
      <dd className="text-ink">
        {timeMs === null ? (
          words
        ) : (
          <time dateTime={new Date(timeMs).toISOString()} title={fullTime(timeMs)}>
            {words}
          </time>
        )}
      </dd>
    </div>
  );
}

export function DeviceRow({ device, onOpen }: DeviceRowProps) {
  const today = useToday();
  const kind = kindOf(device);
  const Icon = icons[kind];
  const name = shownName(device.name);
  const { addedAtMs, lastSeenAtMs, postQuantum, thisDevice } = device;
  return (
    <li className="flex gap-3 rounded-card border border-hairline bg-surface p-4 max-md:flex-wrap">
      <span
        title={kindWords(kind)}
        className="grid size-10 shrink-0 place-items-center rounded-full bg-sunken text-muted"
      >
        <Icon aria-hidden className="size-5" />
        <span className="sr-only">{kindWords(kind)}</span>
      </span>
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        <h3 className="flex min-h-10 flex-wrap items-center gap-x-2 gap-y-1 text-message md:min-h-0">
          <bdi className="min-w-0">{name}</bdi>
          {thisDevice && (
            <span className="rounded-tag bg-own px-1.5 py-0.5 text-meta font-medium">
              {td('list.thisDevice')}
            </span>
          )}
        </h3>
        {!device.nameCertified && (
          <p className="flex gap-1.5 text-dense text-warn">
            <TriangleAlert aria-hidden className="mt-px size-4 shrink-0" />
            {td('list.nameUnconfirmed')}
          </p>
        )}
        <dl className="flex flex-wrap gap-x-4 gap-y-0.5 text-dense text-muted">
          <Moment term={td('list.added')} timeMs={addedAtMs} words={dayHeading(addedAtMs, today)} />
          <Moment
            term={td('list.seen')}
            timeMs={lastSeenAtMs}
            words={seenWords(lastSeenAtMs, today)}
          />
        </dl>
        <div className="-ms-3 -mb-2 flex flex-wrap items-center">
          <Button
            variant="quiet"
            className="px-3! text-dense! text-muted! max-md:w-full max-md:justify-start!"
            aria-haspopup="dialog"
            onClick={() => onOpen('quantum')}
          >
            <Atom aria-hidden className="size-4" />
            {td(postQuantum ? 'quantum.yes' : 'quantum.no')}
          </Button>
          <Button
            variant="quiet"
            className="px-3! text-dense! text-link!"
            aria-label={td('rename.of', { name })}
            onClick={() => onOpen('rename')}
          >
            {td('rename.action')}
          </Button>
          {!thisDevice && (
            <Button
              variant="quiet"
              className="px-3! text-dense! text-danger!"
              aria-label={td('remove.of', { name })}
              onClick={() => onOpen('remove')}
            >
              {td('remove.action')}
            </Button>
          )}
        </div>
      </div>
    </li>
  );
}
