import { setAppearance, useAppearance } from '../../shared/appearance/appearance-store.ts';
import { ta } from '../../shared/i18n/app.ts';
import { Choice } from './Choice.tsx';
import { ShortcutTable } from './ShortcutTable.tsx';

export function KeyboardSettings() {
  const { singleKeys } = useAppearance();
  return (
    <>
      <ShortcutTable />
      <div className="flex flex-col gap-2">
        <Choice
          label={ta('shortcuts.singleLetter')}
          options={[
            { value: 'on', label: ta('shortcuts.on') },
            { value: 'off', label: ta('shortcuts.off') },
          ]}
          value={singleKeys ? 'on' : 'off'}
          onChange={(value) => setAppearance({ singleKeys: value === 'on' })}
        />
        <p className="text-dense text-muted">{ta('shortcuts.singleLetterHint')}</p>
      </div>
    </>
  );
}
