import * as z from 'zod/mini';
import { base64UrlSchema } from '../bytes.ts';
import { deviceIdSchema, linkIdSchema, timeMsSchema } from '../identifiers.ts';
import { limits } from '../limits.ts';
import { nameSchema } from '../text.ts';
import { defineRoute } from './define.ts';
import { deviceTypeSchema } from './devices.ts';

const none = z.object({});
const linkParams = z.object({ linkId: linkIdSchema });

/** What the device that is held says: who it is, and its part of the transcript (crypto's `device-link`). */
export const linkAnswerSchema = z.object({
  deviceId: deviceIdSchema,
  identityKey: base64UrlSchema({ exact: 33 }),
  accountKey: base64UrlSchema({ exact: 33 }),
  nonce: base64UrlSchema({ exact: 32 }),
  /** Under the secret of the QR code; absent where people compare digits. */
  tag: z.optional(base64UrlSchema({ exact: 32 })),
});
export type LinkAnswer = z.infer<typeof linkAnswerSchema>;

/** Opens the commitment of the request. */
export const linkRevealSchema = z.object({
  publicKey: base64UrlSchema({ exact: 32 }),
  nonce: base64UrlSchema({ exact: 32 }),
});
export type LinkReveal = z.infer<typeof linkRevealSchema>;

/** A signed seal to the revealed key (purpose `device-link`), bound to the transcript. */
export const linkDeliverySchema = z.object({
  ephemeralPublicKey: base64UrlSchema({ exact: 32 }),
  sealed: base64UrlSchema({ max: limits.linkDeliveryBytes }),
});
export type LinkDelivery = z.infer<typeof linkDeliverySchema>;

/** A request to be let in, as both sides see it. Everything in it is the relay's word until verified. */
export const deviceLinkSchema = z.object({
  linkId: linkIdSchema,
  commitment: base64UrlSchema({ exact: 32 }),
  deviceName: nameSchema,
  deviceType: deviceTypeSchema,
  createdAtMs: timeMsSchema,
  expiresAtMs: timeMsSchema,
  state: z.enum(['open', 'answered', 'revealed', 'delivered', 'declined']),
  answer: z.nullable(linkAnswerSchema),
  reveal: z.nullable(linkRevealSchema),
  /** Only for the session that asked. */
  delivery: z.nullable(linkDeliverySchema),
});
export type DeviceLink = z.infer<typeof deviceLinkSchema>;

export const deviceLinkRoutes = {
  createDeviceLink: defineRoute({
    method: 'POST',
    path: '/api/device-links',
    summary:
      'Ask the devices of the own account to let this signed-in session in. Ends after 10 minutes; at most 3 open ones an account (`too_large`) and 20 an hour (`rate_limited`). The same id with the same content is answered alike.',
    scope: 'user',
    cost: 'key',
    params: none,
    query: none,
    body: z.object({
      linkId: linkIdSchema,
      commitment: base64UrlSchema({ exact: 32 }),
      deviceName: nameSchema,
      deviceType: deviceTypeSchema,
    }),
    response: z.object({ link: deviceLinkSchema }),
  }),
  listDeviceLinks: defineRoute({
    method: 'GET',
    path: '/api/device-links',
    summary: 'Requests to be let into the own account that have not ended.',
    scope: 'device',
    cost: 'read',
    params: none,
    query: none,
    body: none,
    response: z.object({ links: z.array(deviceLinkSchema) }),
  }),
  getDeviceLink: defineRoute({
    method: 'GET',
    path: '/api/device-links/:linkId',
    summary:
      'The own request, for the session that made it; `gone` after its end, but a declined one says so until it would have ended by itself.',
    scope: 'user',
    cost: 'read',
    params: linkParams,
    query: none,
    body: none,
    response: z.object({ link: deviceLinkSchema }),
  }),
  answerDeviceLink: defineRoute({
    method: 'PUT',
    path: '/api/device-links/:linkId/answer',
    summary: 'The first answer counts; another one is `conflict`.',
    scope: 'device',
    cost: 'key',
    params: linkParams,
    query: none,
    body: z.omit(linkAnswerSchema, { deviceId: true }),
    response: z.object({ link: deviceLinkSchema }),
  }),
  revealDeviceLink: defineRoute({
    method: 'PUT',
    path: '/api/device-links/:linkId/reveal',
    summary: 'Open the commitment, once an answer is there; only the session that asked.',
    scope: 'user',
    cost: 'key',
    params: linkParams,
    query: none,
    body: linkRevealSchema,
    response: z.object({ link: deviceLinkSchema }),
  }),
  deliverDeviceLink: defineRoute({
    method: 'PUT',
    path: '/api/device-links/:linkId/delivery',
    summary: 'Hand over what lets the new device in; only the device that answered.',
    scope: 'device',
    cost: 'key',
    params: linkParams,
    query: none,
    body: linkDeliverySchema,
    response: none,
  }),
  endDeviceLink: defineRoute({
    method: 'DELETE',
    path: '/api/device-links/:linkId',
    summary: 'Decline or cancel: from any session of the account. Ending twice is answered alike.',
    scope: 'user',
    cost: 'key',
    params: linkParams,
    query: none,
    body: none,
    response: none,
  }),
} as const;
