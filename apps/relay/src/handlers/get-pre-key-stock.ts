import { deviceRoute } from './route-handler.ts';

export const getPreKeyStock = deviceRoute('getPreKeyStock', async (services, { caller }) => ({
  data: await services.database.preKeyStock(caller.userId, caller.deviceId),
}));
