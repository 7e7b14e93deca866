import { userRoute } from './route-handler.ts';

export const putProfile = userRoute('putProfile', async (services, { caller, body }) => ({
  data: { profile: await services.database.putProfile(caller.userId, body) },
}));
