import { publicRoute } from './route-handler.ts';

export const ready = publicRoute('ready', async (services) => {
  const checks = await services.readiness.checks();
  return Object.values(checks).every(Boolean)
    ? { data: { status: 'ready', checks } }
    : { data: { status: 'unavailable', checks }, status: 503 };
});
