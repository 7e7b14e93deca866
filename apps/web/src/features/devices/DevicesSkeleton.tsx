import { ta } from '../../shared/i18n/app.ts';
import { Skeleton } from '../../shared/ui/Skeleton.tsx';

/** The shape of two devices. */
export function DevicesSkeleton() {
  return (
    <output className="flex flex-col gap-2">
      <span className="sr-only">{ta('common.loading')}</span>
      {[0, 1].map((row) => (
        <div key={row} className="flex gap-3 rounded-card border border-hairline bg-surface p-4">
          <Skeleton className="size-10 shrink-0 rounded-full" />
          <div className="flex flex-1 flex-col gap-2 pt-1">
            <Skeleton className="h-4 w-40 max-w-full rounded-tag" />
            <Skeleton className="h-3 w-56 max-w-full rounded-tag" />
          </div>
        </div>
      ))}
    </output>
  );
}
