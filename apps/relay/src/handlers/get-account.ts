import { userRoute } from './route-handler.ts';

export const getAccount = userRoute('getAccount', async (services, { caller }) => ({
  data: await services.database.getAccount(caller.userId),
}));
