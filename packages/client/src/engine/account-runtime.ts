import type { ChatId, RelayEventBody, RelayEventName } from '@sotto/protocol';
import { createChatBook } from '../chats/chat-book.ts';
import type { ChatBook } from '../chats/chat-book.ts';
import { createChatDoubts } from '../chats/chat-doubts.ts';
import { createChatKeys } from '../chats/chat-keys.ts';
import { createChatPublisher } from '../chats/chat-publisher.ts';
import type { ChatPublisher } from '../chats/chat-publisher.ts';
import type { ChatStores } from '../chats/chat-stores.ts';
import { createDrafts } from '../chats/drafts.ts';
import type { Drafts } from '../chats/drafts.ts';
import { createEpochRenewal } from '../chats/epoch-renewal.ts';
import { createKeyRing } from '../chats/key-ring.ts';
import { createListedMark } from '../chats/listed-mark.ts';
import { createReceipts } from '../chats/receipts.ts';
import type { Receipts } from '../chats/receipts.ts';
import { isClientError } from '../client-error.ts';
import type { ChatListState, ConnectionState } from '../facade.ts';
import { createOwnDevices } from '../devices/own-devices.ts';
import type { OwnDevices, OwnDevicesPorts } from '../devices/own-devices.ts';
import { createLinkRequests } from '../link/link-requests.ts';
import type { LinkRequests, ShownLinkRequests } from '../link/link-requests.ts';
import { createOutbox } from '../outbox/outbox.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { createPreKeyLoader } from '../prekeys/load-pre-keys.ts';
import type { PreKeys } from '../prekeys/pre-keys.ts';
import { createCatchUp } from '../sync/catch-up.ts';
import { createChatSync } from '../sync/chat-sync.ts';
import { createHintQueue } from '../sync/hint-queue.ts';
import { createIngest } from '../sync/ingest.ts';
import { createRelayConnection } from '../transport/relay-connection.ts';
import type { ConnectionOwner, RelayConnection } from '../transport/relay-connection.ts';
import { retryDelayMs } from '../transport/retry-delay.ts';
import { createTrustStore } from '../trust/trust-store.ts';
import type { ContactStores } from '../trust/contact-stores.ts';
import { createContacts } from '../trust/contacts.ts';
import type { Contacts } from '../trust/contacts.ts';
import type { TrustStore } from '../trust/trust-store.ts';
import type { AccountContext } from './account-context.ts';
import { createChores } from './chores.ts';
import { createOwnAccountWatch } from './own-account-watch.ts';
import type { WritableStore } from './writable-store.ts';

/** Everything that runs while the vault is open, wired together. It is thrown away when it closes. */
export interface AccountRuntime {
  readonly connection: RelayConnection;
  readonly book: ChatBook;
  readonly outbox: Outbox;
  readonly drafts: Drafts;
  readonly receipts: Receipts;
  readonly publisher: ChatPublisher;
  readonly trust: TrustStore;
  readonly links: LinkRequests;
  readonly contacts: Contacts;
  readonly devices: OwnDevices;
  /** Loaded with the first use. */
  preKeys(): Promise<PreKeys>;
  /** Reads what is stored, shows it, and goes online. */
  start(): Promise<void>;
  startChat(partnerId: AccountContext['userId']): Promise<ChatId>;
  /** Fetches what this device has not of a chat; resolves when there is nothing more for now. */
  catchUp(chatId: ChatId): Promise<void>;
  /** A newer vault was taken over, under the same key or another one: what waited for it goes on. */
  vaultChanged(): Promise<void>;
  /** Chat password or recovery key were changed here: a change of keys that is due may be possible now. */
  secretsChanged(): void;
  /** Whether the relay's last word on a member of this chat was refused. */
  isInDoubt(chatId: ChatId): Promise<boolean>;
  stop(): void;
  /** Resolves when nothing that was under way at `stop` touches the store any more. */
  settled(): Promise<void>;
}

export interface RuntimeOptions {
  context: AccountContext;
  owner: Pick<ConnectionOwner, 'accessToken' | 'signChallenge' | 'onEnded'>;
  /** Runs after each reconnect, before chats are brought up to date. */
  onReady: () => Promise<void>;
  connectionState: WritableStore<ConnectionState>;
  list: WritableStore<ChatListState>;
  stores: ChatStores;
  linkRequests: ShownLinkRequests;
  contactStores: ContactStores;
  devices: OwnDevicesPorts;
  /** Another device stored a vault. */
  takeVault: () => Promise<void>;
}

export function createAccountRuntime(options: RuntimeOptions): AccountRuntime {
  const { context, owner, onReady, connectionState, list, stores, linkRequests, contactStores } =
    options;
  const { platform, store, vault, keys, http, userId } = context;
  const hints = createHintQueue({
    platform,
    isOpen: () => context.isOpen(),
    isOnline: () => connection.isOnline(),
  });
  const { follow } = hints;
  let cancelRetry: () => void = () => undefined;
  let failures = 0;
  let isListed = false;

  const trust = createTrustStore({
    store,
    http,
    own: vault,
    onChange: (changedId) => {
      publisher.allChanged();
      contacts.changed(changedId);
      if (changedId === userId) chainChanged();
      outbox.kick();
      if (connection.isOnline()) renewal.sweep({ soon: false });
      // What came from a device that was not known yet may open now.
      for (const { chatId, unopened, members } of book.all()) {
        const concerned = members.some((member) => member.userId === changedId);
        if (concerned && unopened.length > 0) void reopen(chatId).catch(() => undefined);
      }
    },
  });
  const { chainChanged, vaultChanged } = createOwnAccountWatch({
    context,
    trust,
    devices: () => devices,
    followVault: () => followVault(),
    onVault: () => {
      contacts.changed();
      outbox.kick();
      if (connection.isOnline()) renewal.sweep({ soon: false });
    },
  });
  const followVault = () => follow('vault', () => options.takeVault().then(vaultChanged));
  const book = createChatBook(context);
  const contacts = createContacts({
    context,
    trust,
    stores: contactStores,
    profileOf,
    isListed: () => isListed,
    onAccepted: (id) => {
      renewal.sweep({ soon: true });
      follow(`person ${id}`, () => personChanged(id));
    },
    refreshOwn: () => trust.refresh(userId),
  });
  const drafts = createDrafts(store);
  const listedMark = createListedMark(store);
  const links = createLinkRequests({ context, trust, shown: linkRequests });
  const ring = createKeyRing({ store, vault, keys, trust });
  const chatKeys = createChatKeys({ context, book, ring, trust });
  const connection: RelayConnection = createRelayConnection({
    platform,
    state: connectionState,
    owner: { ...owner, deviceId: context.deviceId, onReady: () => ready(), onEvent: received },
  });
  const connectionOf = () => connection;
  const { isInDoubt, mayEncrypt } = createChatDoubts({
    book,
    trust,
    devices: () => devices,
    renewal: () => renewal,
    catchUp: () => catchUp,
  });
  const renewal = createEpochRenewal({
    context,
    book,
    ring,
    trust,
    chatKeys,
    isOnline: () => connection.isOnline(),
    isInDoubt,
  });
  const devices = createOwnDevices({
    context,
    trust,
    requests: linkRequests,
    ...options.devices,
    onRemoved: () => {
      contacts.changed();
      renewal.sweep({ soon: true });
    },
    onBehind: () => publisher.allChanged(),
    onDue: () => chores.begin(),
  });
  const outbox: Outbox = createOutbox({
    context,
    book,
    ring,
    connection: connectionOf,
    isDue: (chatId) => renewal.isDue(chatId),
    maySend: async (chatId) => book.get(chatId)?.partnerGone !== true && (await mayEncrypt(chatId)),
    acknowledged: (envelope) =>
      sync.accept(envelope).catch(() => void sync.catchUp(envelope.chatId)),
  });
  const receipts = createReceipts({
    context,
    book,
    ring,
    trust,
    connection: connectionOf,
    mayEncrypt,
  });
  const ingest = createIngest({ context, book, ring, trust, outbox: () => outbox });
  const sync = createChatSync({
    context,
    book,
    ingest,
    connection: connectionOf,
    receipts: (chatId, found) => receipts.take(chatId, found),
  });
  const preKeys = createPreKeyLoader(context, trust);
  const chores = createChores({
    context,
    isOnline: () => connection.isOnline(),
    task: async () => {
      await devices.keep();
      await (await preKeys()).keep();
      await devices.changeDueKeys();
    },
  });
  const publisher: ChatPublisher = createChatPublisher({
    context,
    list,
    stores,
    book,
    ring,
    trust,
    outbox,
    drafts,
    isBehind: () => devices.isBehind(),
  });
  const catchUp = createCatchUp({
    context,
    book,
    trust,
    chatKeys,
    sync,
    watched: () => stores.open(),
    listed,
  });

  function listed(): void {
    isListed = true;
    publisher.listed();
    contacts.changed();
    listedMark.make();
  }

  function profileOf(id: AccountContext['userId']) {
    if (id === userId) return context.profile();
    const everybody = book.all().flatMap(({ members }) => members);
    return everybody.find((member) => member.userId === id);
  }

  /** At once, before anything can be sent: what was asked before the connection was lost is old. */
  function ready(): void {
    catchUp.forgetLooks();
    hints.forget();
    catchAllUp();
  }

  function catchAllUp(): void {
    cancelRetry();
    void hints
      .run(async () => {
        if (!context.isOpen() || !connection.isOnline()) return;
        await onReady();
        follow('links', () => links.refresh());
        const everything = catchUp.everything();
        outbox.kick();
        await everything;
        failures = 0;
        outbox.kick();
        renewal.sweep({ soon: false });
        chores.begin();
        for (const { chatId } of book.all()) receipts.schedule(chatId);
      })
      .catch((error: unknown) => {
        if (!context.isOpen() || !connection.isOnline()) return;
        const askedMs = isClientError(error) ? (error.retryAtMs ?? 0) - platform.clock.now() : 0;
        const delayMs = retryDelayMs({ attempt: failures, random: platform.random });
        failures += 1;
        cancelRetry = platform.clock.setTimer(Math.max(askedMs, delayMs), catchAllUp);
      });
  }

  async function personChanged(id: AccountContext['userId']): Promise<void> {
    if (id === userId) {
      // Before keys are exchanged: the vault that goes with another account key has to be here.
      await catchUp.lookAt([id]);
      await onReady();
      await vaultChanged();
    }
    await catchUp.person(id);
  }

  function received<Name extends RelayEventName>(name: Name, body: RelayEventBody<Name>): void {
    const handlers: { [Key in RelayEventName]: (body: RelayEventBody<Key>) => void } = {
      'session:ready': () => undefined,
      'session:expired': () => undefined,
      'message:new': (envelope) => {
        if (book.get(envelope.chatId)) {
          void sync.accept(envelope).catch(() => void sync.catchUp(envelope.chatId));
        } else {
          follow('chats', () => catchUp.chats());
        }
      },
      'receipt:new': (receipt) => {
        void receipts.take(receipt.chatId, [receipt]).catch(() => undefined);
      },
      'chat:changed': () => follow('chats', () => catchUp.chats()),
      'chatKey:changed': ({ chatId }) => follow(`keys ${chatId}`, () => catchUp.keys(chatId)),
      'device:changed': ({ userId: id }) => {
        catchUp.forgetLooks(id);
        follow(`person ${id}`, () => personChanged(id));
      },
      'vault:changed': () => followVault(),
      'preKeys:low': () => chores.begin(),
      'deviceLink:changed': () => follow('links', () => links.refresh()),
      'device:revoked': ({ deviceId }) => {
        if (deviceId === context.deviceId) owner.onEnded('device_revoked');
      },
    };
    handlers[name](body);
  }

  async function reopen(chatId: ChatId): Promise<void> {
    const messages = await ingest.reopen(chatId);
    if (messages.length > 0) publisher.replaced(chatId, messages);
  }

  const stopRequests = linkRequests.subscribe(() => devices.changed());
  book.changed.on((chatId) => {
    publisher.chatChanged(chatId);
    contacts.changed();
  });
  outbox.changed.on((chatId) => publisher.chatChanged(chatId));
  drafts.changed.on((chatId) => publisher.chatChanged(chatId));
  chatKeys.arrived.on((chatId) => {
    publisher.chatChanged(chatId);
    outbox.kick(chatId);
    receipts.schedule(chatId);
    void reopen(chatId).catch(() => undefined);
  });
  sync.arrived.on(({ chatId, messages }) => {
    publisher.appended(chatId, messages);
    receipts.schedule(chatId);
    const missingKey = messages.some(
      ({ body }) => body.kind === 'unreadable' && body.cause === 'key_missing',
    );
    if (missingKey) follow(`keys ${chatId}`, () => catchUp.keys(chatId));
  });

  return {
    connection,
    book,
    outbox,
    drafts,
    receipts,
    publisher,
    trust,
    links,
    contacts,
    devices,
    preKeys,
    async start() {
      await Promise.all([trust.load(), book.load(), drafts.load(), outbox.load()]);
      await devices.load();
      publisher.start(await listedMark.isThere());
      contacts.changed();
      connection.start();
    },
    async startChat(partnerId) {
      const { startChat } = await import('../chats/start-chat.ts');
      const reachesAnchor = () => devices.reachesAnchor();
      return await startChat({ context, book, ring, trust, chatKeys, partnerId, reachesAnchor });
    },
    catchUp: (chatId) => sync.catchUp(chatId),
    isInDoubt,
    vaultChanged,
    secretsChanged: () => devices.secretsChanged(),
    settled: async () => {
      await hints.idle();
      await chores.idle();
      await book.idle();
    },
    stop() {
      cancelRetry();
      chores.stop();
      hints.forget();
      renewal.stop();
      stopRequests();
      connection.stop();
      outbox.stop();
      sync.stop();
      receipts.stop();
      publisher.stop();
      links.stop();
      contacts.stop();
    },
  };
}
