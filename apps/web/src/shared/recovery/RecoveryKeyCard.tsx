import { ta } from '../../shared/i18n/app.ts';

/** Numbered groups: the next page asks for two of them by number. */
export function RecoveryKeyCard({ groups }: { groups: readonly string[] }) {
  return (
    <ol
      aria-label={ta('recovery.label')}
      dir="ltr"
      className="grid grid-cols-2 gap-x-4 gap-y-2 rounded-card border border-hairline bg-surface p-4 font-mono text-message tabular-nums"
    >
      {groups.map((group, index) => (
        <li key={`${index}-${group}`} className="flex items-baseline gap-2">
          <span aria-hidden className="w-5 text-end text-meta text-muted select-none">
            {index + 1}
          </span>
          <span className="tracking-wide">{group}</span>
        </li>
      ))}
    </ol>
  );
}
