import { useClient } from '../../shared/client/client-context.ts';
import { useAction } from '../../shared/client/use-action.ts';

export function useAcknowledgeDevices() {
  const client = useClient();
  const action = useAction(() => client.acknowledgeDevices());
  return { acknowledge: () => action.run(undefined), pending: action.pending };
}
