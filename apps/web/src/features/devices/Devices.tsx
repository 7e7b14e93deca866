import { useClient } from '../../shared/client/client-context.ts';
import { useStore } from '../../shared/client/use-store.ts';

/** The devices of the account. */
export function Devices() {
  const { devices } = useStore(useClient().devices);
  return (
    <ul>
      {devices.map(({ deviceId, name }) => (
        <li key={deviceId}>{name}</li>
      ))}
    </ul>
  );
}
