import type { DeviceId } from '@sotto/protocol';
import { useClient } from '../../shared/client/client-context.ts';
import { useAction } from '../../shared/client/use-action.ts';

export function useAcknowledgeDevices(deviceIds: readonly DeviceId[]) {
  const client = useClient();
  const action = useAction(() => client.acknowledgeDevices({ deviceIds }));
  return { acknowledge: () => action.run(undefined), pending: action.pending };
}
