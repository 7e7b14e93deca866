import { tc } from '../../shared/i18n/contact.ts';
import { CopyButton } from '../../shared/ui/CopyButton.tsx';
import { digitGroups } from './contact-model.ts';

/** Sixty digits in twelve groups, to be read aloud. */
export function Digits({ digits, label }: { digits: string; label: string }) {
  return (
    <div className="flex flex-col gap-3">
      <p
        dir="ltr"
        aria-label={label}
        className="grid grid-cols-3 gap-x-4 rounded-card bg-sunken p-4 text-center font-mono text-[1.125rem]/7 tabular-nums select-all"
      >
        {digitGroups(digits).map((group, index) => (
          <span key={`${index}-${group}`}>{group} </span>
        ))}
      </p>
      <CopyButton text={digitGroups(digits).join(' ')} label={tc('copy')} />
    </div>
  );
}
