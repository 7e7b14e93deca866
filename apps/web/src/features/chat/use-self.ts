import type { Profile } from '@sotto/protocol';
import { useSession } from '../../shared/client/use-store.ts';

/** Whether this is the chat with oneself. */
export function useSelf(partner: Profile | null): boolean {
  const session = useSession();
  return session.phase === 'ready' && session.profile.userId === partner?.userId;
}
