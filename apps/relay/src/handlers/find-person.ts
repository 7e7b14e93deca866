import { deviceRoute } from './route-handler.ts';

export const findPerson = deviceRoute('findPerson', async (services, { query }) => ({
  data: { person: await services.database.findPerson(query.handle) },
}));
