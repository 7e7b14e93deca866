import type { RouteName } from '@sotto/protocol';
import { answerDeviceLink } from './answer-device-link.ts';
import { bindDeviceSession } from './bind-device-session.ts';
import { claimPreKeys } from './claim-pre-keys.ts';
import { config } from './config.ts';
import { createDeviceLink } from './create-device-link.ts';
import { createDirectChat } from './create-direct-chat.ts';
import { createEpoch } from './create-epoch.ts';
import { deleteAccount } from './delete-account.ts';
import { deleteSecondFactorBackup } from './delete-second-factor-backup.ts';
import { deliverDeviceLink } from './deliver-device-link.ts';
import { endDeviceLink } from './end-device-link.ts';
import { findPerson } from './find-person.ts';
import { getAccount } from './get-account.ts';
import { getChatKeys } from './get-chat-keys.ts';
import { getDeviceLink } from './get-device-link.ts';
import { getPreKeyStock } from './get-pre-key-stock.ts';
import { getSecondFactorBackup } from './get-second-factor-backup.ts';
import { health } from './health.ts';
import { listActivity } from './list-activity.ts';
import { listChats } from './list-chats.ts';
import { listDeviceLinks } from './list-device-links.ts';
import { listManifests } from './list-manifests.ts';
import { listMessages } from './list-messages.ts';
import { publishManifest } from './publish-manifest.ts';
import { putChatWraps } from './put-chat-wraps.ts';
import { putPreKeys } from './put-pre-keys.ts';
import { putProfile } from './put-profile.ts';
import { putSecondFactorBackup } from './put-second-factor-backup.ts';
import { putVault } from './put-vault.ts';
import { ready } from './ready.ts';
import { registerDevice } from './register-device.ts';
import { revealDeviceLink } from './reveal-device-link.ts';
import { sendMessages } from './send-messages.ts';
import type { RouteHandler } from './route-handler.ts';

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
  listActivity,
  putSecondFactorBackup,
  getSecondFactorBackup,
  deleteSecondFactorBackup,
  deleteAccount,
  createDeviceLink,
  listDeviceLinks,
  getDeviceLink,
  answerDeviceLink,
  revealDeviceLink,
  deliverDeviceLink,
  endDeviceLink,
  publishManifest,
  listManifests,
  putPreKeys,
  getPreKeyStock,
  claimPreKeys,
  findPerson,
  createDirectChat,
  listChats,
  getChatKeys,
  putChatWraps,
  createEpoch,
  listMessages,
  sendMessages,
};
