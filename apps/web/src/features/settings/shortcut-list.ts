import { ta } from '../../shared/i18n/app.ts';

export interface Shortcut {
  words: string;
  /** Each alternative is a list of keys pressed together. */
  keys: readonly (readonly string[])[];
}

/** The shortcuts as this platform writes them. */
export function shortcutList(apple: boolean): Shortcut[] {
  const command = apple ? '⌘' : 'Ctrl';
  const alt = apple ? '⌥' : 'Alt';
  return [
    { words: ta('shortcuts.help'), keys: [['?']] },
    { words: ta('shortcuts.lock'), keys: [[command, 'Shift', 'L']] },
    { words: ta('shortcuts.previous'), keys: [[alt, '↑']] },
    { words: ta('shortcuts.next'), keys: [[alt, '↓']] },
    { words: ta('shortcuts.moveMessages'), keys: [['↑'], ['↓']] },
    { words: ta('shortcuts.settings'), keys: [[command, ',']] },
    { words: ta('shortcuts.send'), keys: [['Enter']] },
    { words: ta('shortcuts.newline'), keys: [['Shift', 'Enter']] },
    { words: ta('shortcuts.escape'), keys: [['Esc']] },
  ];
}

export function isApple(platform: string): boolean {
  return /mac|iphone|ipad/iu.test(platform);
}
