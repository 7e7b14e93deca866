import { Suspense } from 'react';
import { AlarmBar, NewDeviceBar, RequestBar } from './lazy-screens.ts';
import { useDeviceNews } from './use-device-news.ts';

/** Above everything: who asks to be let into the account, who came to it, and a list of devices that does not hold. */
export function DeviceNews() {
  const { alarm, added, requests, asked } = useDeviceNews();
  return (
    <Suspense>
      {alarm && <AlarmBar alarm={alarm} />}
      {added && <NewDeviceBar devices={added} />}
      {asked && <RequestBar requests={requests} />}
    </Suspense>
  );
}
