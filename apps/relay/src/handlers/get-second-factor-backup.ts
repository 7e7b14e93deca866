import { firstFactorRoute } from './route-handler.ts';

export const getSecondFactorBackup = firstFactorRoute(
  'getSecondFactorBackup',
  async (services, { caller }) => ({
    data: await services.ownAccounts.getSecondFactorBackup(caller.userId),
  }),
);
