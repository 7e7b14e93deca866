import type { RouteName } from '@sotto/protocol';
import { bindDeviceSession } from './bind-device-session.ts';
import { config } from './config.ts';
import { createDirectChat } from './create-direct-chat.ts';
import { findPerson } from './find-person.ts';
import { getAccount } from './get-account.ts';
import { getChatKeys } from './get-chat-keys.ts';
import { health } from './health.ts';
import { listChats } from './list-chats.ts';
import { listManifests } from './list-manifests.ts';
import { listMessages } from './list-messages.ts';
import { putChatWraps } from './put-chat-wraps.ts';
import { putProfile } from './put-profile.ts';
import { putVault } from './put-vault.ts';
import { ready } from './ready.ts';
import { registerDevice } from './register-device.ts';
import type { RouteHandler } from './route-handler.ts';
import { sendMessages } from './send-messages.ts';

/** One handler for each route of the protocol; the type demands all of them. */
export const routeHandlers: { [Name in RouteName]: RouteHandler<Name> } = {
  health,
  ready,
  config,
  getAccount,
  putProfile,
  putVault,
  registerDevice,
  bindDeviceSession,
  listManifests,
  findPerson,
  createDirectChat,
  listChats,
  getChatKeys,
  putChatWraps,
  listMessages,
  sendMessages,
};
