import type { LinkRequest, LinkState } from '@sotto/client';
import type { ActionError } from '../../shared/client/use-action.ts';

/** The digits as they are read aloud: two groups of three. */
export function codeGroups(code: string): string[] {
  return code.match(/\d{1,3}/g) ?? [];
}

/** Minutes and seconds: `9:05`. */
export function timeLeft(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** What the dialog about one request shows. */
export type RequestView =
  | { view: 'step'; request: LinkRequest }
  | { view: 'scan' }
  | { view: 'delivered' }
  /** `mismatch`: because the digits differed. */
  | { view: 'declined'; mismatch: boolean }
  | { view: 'ended' };

export interface RequestProgress {
  /** As it is listed now; null once it is not any more. */
  request: LinkRequest | null;
  /** It was let in from here. */
  delivered: boolean;
  declined: 'notMe' | 'mismatch' | null;
  scanning: boolean;
}

export function viewRequest(progress: RequestProgress): RequestView {
  const { request, delivered, declined, scanning } = progress;
  if (declined) return { view: 'declined', mismatch: declined === 'mismatch' };
  if (delivered || request?.step === 'delivered') return { view: 'delivered' };
  // The camera is held before a code that belongs to some request, perhaps to one that comes yet.
  if (scanning && (request === null || request.step === 'new')) return { view: 'scan' };
  return request ? { view: 'step', request } : { view: 'ended' };
}

/** What an installation that asks to be let in shows. */
export type AskView =
  { view: 'starting' } | { view: 'failed'; error: ActionError } | { view: 'link'; link: LinkState };

export interface AskProgress {
  link: LinkState | null;
  error: ActionError | null;
  /** The person said here that the digits differ. */
  differed: boolean;
}

export function viewAsk({ link, error, differed }: AskProgress): AskView {
  if (differed) return { view: 'link', link: { step: 'ended', cause: 'mismatch' } };
  if (error) return { view: 'failed', error };
  return link ? { view: 'link', link } : { view: 'starting' };
}

/** Nothing more comes of it: only another try, or another way. */
export function isAskOver(shown: AskView): boolean {
  return shown.view === 'failed' || (shown.view === 'link' && shown.link.step === 'ended');
}
