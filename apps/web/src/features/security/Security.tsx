import { useClient } from '../../shared/client/client-context.ts';
import { useStore } from '../../shared/client/use-store.ts';

/** What protects the account: second factor, recovery key, record, export, end. */
export function Security() {
  const { secondFactor } = useStore(useClient().ownAccount);
  return <p>{secondFactor}</p>;
}
