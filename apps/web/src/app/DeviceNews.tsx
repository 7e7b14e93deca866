import { Suspense } from 'react';
import { AlarmBar, RequestBar } from './lazy-screens.ts';
import { useDeviceNews } from './use-device-news.ts';

/** Above everything: who asks to be let into the account, and a list of devices that does not hold. */
export function DeviceNews() {
  const { alarm, requests, asked } = useDeviceNews();
  return (
    <Suspense>
      {alarm && <AlarmBar alarm={alarm} />}
      {asked && <RequestBar requests={requests} />}
    </Suspense>
  );
}
