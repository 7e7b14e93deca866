import { errorWords } from '../../shared/client/error-words.ts';
import { ts } from '../../shared/i18n/security.ts';
import { fullTime } from '../../shared/time/dates.ts';
import { Block } from '../../shared/ui/Block.tsx';
import { Button } from '../../shared/ui/Button.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';
import { activityWords, isNoteworthy } from './security-model.ts';
import { useActivity } from './use-activity.ts';

export function Activity() {
  const { items, hasMore, error, pending, show, more } = useActivity();
  return (
    <Block title={ts('activity.title')} lead={ts('activity.lead')}>
      {items && items.length === 0 && <p className="text-muted">{ts('activity.empty')}</p>}
      {items && items.length > 0 && (
        <ol
          aria-label={ts('activity.table')}
          className="divide-y divide-hairline rounded-card border border-hairline bg-surface"
        >
          {items.map((item) => (
            <li key={item.id} className="flex flex-wrap items-baseline gap-x-3 px-4 py-2.5">
              <span className={isNoteworthy(item) ? 'font-medium' : ''}>
                {activityWords(item)}
                {item.deviceName !== null && (
                  <span className="text-muted">
                    {' '}
                    <bdi>{ts('activity.onDevice', { name: item.deviceName })}</bdi>
                  </span>
                )}
              </span>
              <time
                dateTime={new Date(item.atMs).toISOString()}
                className="ms-auto text-dense text-muted"
              >
                {fullTime(item.atMs)}
              </time>
            </li>
          ))}
        </ol>
      )}
      {error && <Notice tone="danger">{errorWords(error)}</Notice>}
      {(items === null || hasMore) && (
        <Button className="self-start" pending={pending} onClick={items === null ? show : more}>
          {ts(items === null ? 'activity.show' : 'activity.more')}
        </Button>
      )}
    </Block>
  );
}
