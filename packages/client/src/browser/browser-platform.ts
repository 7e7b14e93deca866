import { systemRandom } from '@sotto/crypto';
import type { Platform } from '../platform.ts';
import { createNetworkTransport } from '../transport/network-transport.ts';
import { deviceName } from './device-name.ts';
import { openIndexedDbStorage } from './indexed-db-storage.ts';

/**
 * What the engine needs, from the worker it runs in. The relay is the origin the worker's script
 * came from.
 */
export function createBrowserPlatform(): Platform {
  return {
    clock: {
      now: () => Date.now(),
      setTimer(afterMs, fire) {
        const timer = setTimeout(fire, afterMs);
        return () => clearTimeout(timer);
      },
    },
    random: systemRandom,
    openStorage: () => openIndexedDbStorage(),
    relayUrl: location.origin,
    transport: createNetworkTransport(),
    deviceType: 'web',
    deviceName: deviceName(navigator.userAgent),
  };
}
