import {
  deviceLinkSchema,
  linkAnswerSchema,
  linkDeliverySchema,
  linkRevealSchema,
} from '@sotto/protocol';
import type {
  DeviceId,
  DeviceLink,
  LinkAnswer,
  LinkDelivery,
  LinkId,
  LinkReveal,
  UserId,
} from '@sotto/protocol';
import * as z from 'zod/mini';
import type { PostgrestClient } from './postgrest-client.ts';
import { base64, storedBytes } from './rows.ts';

const deviceLinkRow = z.extend(deviceLinkSchema, {
  commitment: storedBytes,
  answer: z.nullable(
    z.extend(linkAnswerSchema, {
      identityKey: storedBytes,
      accountKey: storedBytes,
      nonce: storedBytes,
      tag: z.optional(storedBytes),
    }),
  ),
  reveal: z.nullable(z.extend(linkRevealSchema, { publicKey: storedBytes, nonce: storedBytes })),
  delivery: z.nullable(
    z.extend(linkDeliverySchema, { ephemeralPublicKey: storedBytes, sealed: storedBytes }),
  ),
});
const deviceLinksRow = z.object({ links: z.array(deviceLinkRow) });
const endedRow = z.object({ ended: z.boolean() });

/** What asks to be let in. */
export type LinkRequest = Pick<DeviceLink, 'linkId' | 'commitment' | 'deviceName' | 'deviceType'>;

/** Requests to be let into an account, as the database passes them on. Fails as `PostgrestClient.call`. */
export class DeviceLinkDatabase {
  readonly #client: PostgrestClient;

  constructor(client: PostgrestClient) {
    this.#client = client;
  }

  create(userId: UserId, sessionId: string, request: LinkRequest): Promise<DeviceLink> {
    return this.#link('create', {
      p_user: userId,
      p_session: sessionId,
      p_link: { ...request, commitment: base64(request.commitment) },
    });
  }

  async list(userId: UserId): Promise<{ links: DeviceLink[] }> {
    return deviceLinksRow.parse(
      await this.#client.call('relay_list_device_links', { p_user: userId }),
    );
  }

  get(userId: UserId, sessionId: string, linkId: LinkId): Promise<DeviceLink> {
    return this.#link('get', { p_user: userId, p_session: sessionId, p_link: linkId });
  }

  answer(
    userId: UserId,
    deviceId: DeviceId,
    linkId: LinkId,
    answer: Omit<LinkAnswer, 'deviceId'>,
  ): Promise<DeviceLink> {
    return this.#link('answer', {
      p_user: userId,
      p_device: deviceId,
      p_link: linkId,
      p_answer: {
        identityKey: base64(answer.identityKey),
        accountKey: base64(answer.accountKey),
        nonce: base64(answer.nonce),
        ...(answer.tag === undefined ? {} : { tag: base64(answer.tag) }),
      },
    });
  }

  reveal(
    userId: UserId,
    sessionId: string,
    linkId: LinkId,
    { publicKey, nonce }: LinkReveal,
  ): Promise<DeviceLink> {
    return this.#link('reveal', {
      p_user: userId,
      p_session: sessionId,
      p_link: linkId,
      p_reveal: { publicKey: base64(publicKey), nonce: base64(nonce) },
    });
  }

  deliver(
    userId: UserId,
    deviceId: DeviceId,
    linkId: LinkId,
    { ephemeralPublicKey, sealed }: LinkDelivery,
  ): Promise<DeviceLink> {
    return this.#link('deliver', {
      p_user: userId,
      p_device: deviceId,
      p_link: linkId,
      p_delivery: { ephemeralPublicKey: base64(ephemeralPublicKey), sealed: base64(sealed) },
    });
  }

  /** `ended` only where it had not ended before. */
  async end(userId: UserId, sessionId: string, linkId: LinkId): Promise<{ ended: boolean }> {
    const parameters = { p_user: userId, p_session: sessionId, p_link: linkId };
    return endedRow.parse(await this.#client.call('relay_end_device_link', parameters));
  }

  async #link(
    step: 'create' | 'get' | 'answer' | 'reveal' | 'deliver',
    parameters: Record<string, unknown>,
  ): Promise<DeviceLink> {
    return deviceLinkRow.parse(await this.#client.call(`relay_${step}_device_link`, parameters));
  }
}
