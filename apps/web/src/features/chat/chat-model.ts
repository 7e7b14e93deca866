import type { ChatState } from '@sotto/client';
import { ta } from '../../shared/i18n/app.ts';

const encoder = new TextEncoder();

/** How many bytes a text is over the limit; 0 when it fits. */
export function bytesOver(text: string, limit: number): number {
  // One UTF-16 unit is at most 3 bytes: short texts need no count.
  if (text.length * 3 <= limit) return 0;
  return Math.max(0, encoder.encode(text).length - limit);
}

export type KeyIntent = 'send' | 'newline';

/** Enter sends; with Shift, or while an input method composes, it is a new line. */
export function enterIntent(event: {
  shiftKey: boolean;
  altKey: boolean;
  isComposing: boolean;
}): KeyIntent {
  return event.shiftKey || event.altKey || event.isComposing ? 'newline' : 'send';
}

export function trustWords(trust: ChatState['trust'], self: boolean): string {
  return self ? ta('trust.self') : ta(`trust.${trust}`);
}

export function trustMeaning(trust: ChatState['trust'], self: boolean, name: string): string {
  if (self) return ta('trust.meansSelf');
  switch (trust) {
    case 'unchecked':
      return ta('trust.meansUnchecked', { name });
    case 'checked':
      return ta('trust.meansChecked', { name });
    case 'changed':
      return ta('trust.meansChanged', { name });
    case 'doubtful':
      return ta('trust.meansDoubtful', { name });
  }
}

/** One announcement for all that came since the last one. */
export function announcement(count: number, name: string): string {
  if (count <= 0) return '';
  return count === 1 ? ta('chat.newFrom', { name }) : ta('chat.newFromCount', { count, name });
}
