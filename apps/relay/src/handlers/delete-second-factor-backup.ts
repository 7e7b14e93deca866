import { deviceRoute } from './route-handler.ts';

export const deleteSecondFactorBackup = deviceRoute(
  'deleteSecondFactorBackup',
  async (services, { caller }) => {
    await services.ownAccounts.deleteSecondFactorBackup(caller.userId, caller.deviceId);
    return { data: {} };
  },
);
