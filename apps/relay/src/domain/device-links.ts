import type { LinkId } from '@sotto/protocol';
import type { UserCaller } from './caller.ts';
import type { FanOut } from './fan-out.ts';

/** Tells the account's devices that a request to be let in came, moved on or ended. */
export function announceLink(
  parts: { fanOut: FanOut },
  { userId }: UserCaller,
  linkId: LinkId,
): void {
  parts.fanOut.emit({ users: [userId] }, 'deviceLink:changed', { linkId });
}
