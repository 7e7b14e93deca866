export { Settings } from './Settings.tsx';
export { Shortcuts } from './Shortcuts.tsx';
