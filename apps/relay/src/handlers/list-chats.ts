import { deviceRoute } from './route-handler.ts';

export const listChats = deviceRoute('listChats', async (services, { caller, query }) => ({
  data: await services.database.listChats(caller.userId, query.after),
}));
