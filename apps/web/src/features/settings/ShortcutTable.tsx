import { isApple, shortcutList } from './shortcut-list.ts';

export function ShortcutTable() {
  return (
    <dl className="flex flex-col">
      {shortcutList(isApple(navigator.platform)).map(({ words, keys }) => (
        <div
          key={words}
          className="flex items-center gap-4 border-b border-hairline py-2 last:border-none"
        >
          <dt className="flex-1">{words}</dt>
          <dd className="flex gap-3">
            {keys.map((together) => (
              <span key={together.join()} className="flex gap-1">
                {together.map((name) => (
                  <kbd
                    key={name}
                    className="min-w-6 rounded-tag border border-control bg-surface px-1.5 py-0.5 text-center font-sans text-meta"
                  >
                    {name}
                  </kbd>
                ))}
              </span>
            ))}
          </dd>
        </div>
      ))}
    </dl>
  );
}
