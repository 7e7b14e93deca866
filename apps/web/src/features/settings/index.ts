export { Settings } from './Settings.tsx';
export type { SettingsPages } from './SettingsPage.tsx';
export { Shortcuts } from './Shortcuts.tsx';
