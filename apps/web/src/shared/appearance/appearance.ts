export const themes = ['system', 'light', 'dark'] as const;
export const densities = ['comfortable', 'compact'] as const;

export type Theme = (typeof themes)[number];
export type Density = (typeof densities)[number];

/** How this browser draws; the only thing outside the engine that is stored, and nothing secret. */
export interface Appearance {
  theme: Theme;
  density: Density;
  /** Whether the single key "?" opens the shortcut sheet (WCAG 2.1.4). */
  singleKeys: boolean;
}

const key = 'appearance';
const fallback: Appearance = { theme: 'system', density: 'comfortable', singleKeys: true };

export function parseAppearance(text: string | null): Appearance {
  try {
    const value = JSON.parse(text ?? '{}') as Partial<Record<keyof Appearance, unknown>>;
    return {
      theme: themes.find((theme) => theme === value.theme) ?? fallback.theme,
      density: densities.find((density) => density === value.density) ?? fallback.density,
      singleKeys: value.singleKeys !== false,
    };
  } catch {
    return fallback;
  }
}

export function readAppearance(): Appearance {
  try {
    return parseAppearance(localStorage.getItem(key));
  } catch {
    // Storage is switched off: the appearance lasts as long as the page.
    return fallback;
  }
}

export function writeAppearance(appearance: Appearance): void {
  try {
    localStorage.setItem(key, JSON.stringify(appearance));
  } catch {
    // As above.
  }
}

export function applyAppearance(appearance: Appearance, root: HTMLElement): void {
  if (appearance.theme === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = appearance.theme;
  root.dataset['density'] = appearance.density;
}
