import { publicRoute } from './route-handler.ts';

export const config = publicRoute('config', (services, request) =>
  Promise.resolve({ data: services.clientConfig(request.origin) }),
);
