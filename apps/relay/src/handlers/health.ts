import { publicRoute } from './route-handler.ts';

export const health = publicRoute('health', () => Promise.resolve({ data: { status: 'ok' } }));
