import { ProtocolError } from '@sotto/protocol';
import { deviceRoute } from './route-handler.ts';

export const claimPreKeys = deviceRoute('claimPreKeys', async (services, { caller, params }) => {
  const answer = await services.database.claimPreKeys(caller.userId, caller.deviceId, params);
  if ('retryAfterMs' in answer) {
    throw new ProtocolError('rate_limited', { retryAfterMs: answer.retryAfterMs });
  }
  if (answer.isLow) {
    const { deviceId } = params;
    services.fanOut.emit({ devices: [deviceId] }, 'preKeys:low', { deviceId });
  }
  return { data: answer.claimed };
});
