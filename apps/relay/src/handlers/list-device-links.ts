import { deviceRoute } from './route-handler.ts';

export const listDeviceLinks = deviceRoute('listDeviceLinks', async (services, { caller }) => ({
  data: await services.deviceLinks.list(caller.userId),
}));
