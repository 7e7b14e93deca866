import { densities, themes } from '../../shared/appearance/appearance.ts';
import { setAppearance, useAppearance } from '../../shared/appearance/appearance-store.ts';
import { ta } from '../../shared/i18n/app.ts';
import { Choice } from './Choice.tsx';

export function AppearanceSettings() {
  const { theme, density } = useAppearance();
  return (
    <>
      <Choice
        label={ta('appearance.theme')}
        options={themes.map((value) => ({ value, label: ta(`appearance.${value}`) }))}
        value={theme}
        onChange={(value) => setAppearance({ theme: value })}
      />
      <Choice
        label={ta('appearance.density')}
        options={densities.map((value) => ({ value, label: ta(`appearance.${value}`) }))}
        value={density}
        onChange={(value) => setAppearance({ density: value })}
      />
      <p className="text-dense text-muted">{ta('appearance.saved')}</p>
    </>
  );
}
