import { ta } from '../../shared/i18n/app.ts';
import { useDelayed } from '../../shared/time/use-delayed.ts';
import { classNames } from '../../shared/ui/class-names.ts';
import { Skeleton } from '../../shared/ui/Skeleton.tsx';

const shapes = ['w-48', 'w-64', 'w-40 self-end', 'w-56 self-end', 'w-44', 'w-60 self-end'];

export function ChatSkeleton() {
  const visible = useDelayed(true, 150);
  return (
    <div className="mx-auto flex w-full max-w-[47.5rem] flex-1 flex-col justify-end gap-3 p-4 pb-20">
      {visible && (
        <>
          <output className="sr-only">{ta('common.loading')}</output>
          {shapes.map((shape) => (
            <Skeleton key={shape} className={classNames('h-9 rounded-bubble', shape)} />
          ))}
        </>
      )}
    </div>
  );
}
