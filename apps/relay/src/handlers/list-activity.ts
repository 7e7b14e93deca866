import { deviceRoute } from './route-handler.ts';

export const listActivity = deviceRoute('listActivity', async (services, { caller, query }) => ({
  data: await services.ownAccounts.listActivity(caller.userId, query.before),
}));
