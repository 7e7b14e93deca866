import { announceLink } from '../domain/device-links.ts';
import { deviceRoute } from './route-handler.ts';

export const answerDeviceLink = deviceRoute('answerDeviceLink', async (services, request) => {
  const { caller, params, body } = request;
  const { userId, deviceId } = caller;
  const link = await services.deviceLinks.answer(userId, deviceId, params.linkId, body);
  announceLink(services, caller, link.linkId);
  return { data: { link } };
});
