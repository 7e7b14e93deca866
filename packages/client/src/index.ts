/** The headless client engine: accounts, trust, keys, chats, sync and outbox behind one facade. */
export { ClientError, clientErrorCodes, isClientError } from './client-error.ts';
export type { ClientErrorCode } from './client-error.ts';
export type {
  ActivityItem,
  ChatListState,
  ChatMessage,
  ChatState,
  ChatSummary,
  ConnectionState,
  ContactState,
  DeliveryState,
  DevicesState,
  DeviceSummary,
  LinkRequest,
  LinkState,
  MessageBody,
  OwnAccountState,
  PasswordEstimate,
  RemovedDevice,
  ScanOutcome,
  SelfTestReport,
  SelfTestRow,
  SessionState,
  SottoClient,
  Store,
  Trust,
} from './facade.ts';
export type {
  Clock,
  Platform,
  RandomSource,
  SocketConnection,
  SocketListener,
  Transport,
} from './platform.ts';
export { createSottoClient } from './engine/create-sotto-client.ts';
export type { SottoClientOptions, SottoEngine } from './engine/sotto-engine.ts';
export { systemClock } from './engine/system-clock.ts';
export { createNetworkTransport } from './transport/network-transport.ts';
export { createMemoryStorage } from './storage/memory-storage.ts';
export type { MemoryDisk } from './storage/memory-storage.ts';
export { storageTables } from './storage/storage-port.ts';
export type { Sealed, StoragePort, StorageTable, StorageWrite } from './storage/storage-port.ts';
