import { deviceRoute } from './route-handler.ts';

export const putSecondFactorBackup = deviceRoute(
  'putSecondFactorBackup',
  async (services, { caller, body }) => {
    await services.ownAccounts.putSecondFactorBackup(caller.userId, caller.deviceId, body);
    return { data: {} };
  },
);
