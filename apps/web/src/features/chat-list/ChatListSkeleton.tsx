import { ta } from '../../shared/i18n/app.ts';
import { Skeleton } from '../../shared/ui/Skeleton.tsx';

const rows = [44, 32, 56, 40, 48, 36, 52, 28];

export function ChatListSkeleton() {
  return (
    <div className="flex flex-1 flex-col gap-px overflow-hidden p-2">
      <output className="sr-only">{ta('common.loading')}</output>
      {rows.map((width) => (
        <div key={width} className="flex min-h-(--row-height) items-center gap-3 px-3">
          <Skeleton className="size-10 rounded-full" />
          <div className="flex flex-1 flex-col gap-2">
            <div style={{ width: `${width}%` }}>
              <Skeleton className="h-3 rounded-control" />
            </div>
            <Skeleton className="h-3 w-4/5 rounded-control" />
          </div>
        </div>
      ))}
    </div>
  );
}
