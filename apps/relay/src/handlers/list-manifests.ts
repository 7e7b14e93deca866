import { limits } from '@sotto/protocol';
import { deviceRoute } from './route-handler.ts';

/** Open to everyone with a device: whoever seals a key to a person must know their devices. */
export const listManifests = deviceRoute('listManifests', async (services, { params, query }) => ({
  data: await services.database.listManifests(params.userId, query.after, limits.manifestsPerPage),
}));
