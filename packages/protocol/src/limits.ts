/**
 * Every size the product enforces, once. Schemas, database checks and tests read these numbers; a
 * test compares them with the constraints that PostgreSQL reports.
 */
export const limits = {
  /** One socket packet or request body that carries an envelope. */
  envelopeBytes: 64 * 1024,
  /** A message's text as UTF-8, before padding. */
  messageTextBytes: 16 * 1024,
  /** A message as stored: text, JSON, Padmé padding, header and tag stay far below an envelope. */
  messageCiphertextBytes: 32 * 1024,
  receiptCiphertextBytes: 512,
  /** A wrapped or sealed 32-byte key with its header. */
  wrappedKeyBytes: 1024,
  vaultBytes: 8 * 1024,
  /** A vault's wrap under chat password or recovery key: X-Wing adds 1,120 bytes to a symmetric one. */
  vaultWrapBytes: 2 * 1024,
  /** The vault key sealed to each device: 20 of at most 1.4 kB. */
  vaultDeviceWrapsBytes: 64 * 1024,
  /** One request body that carries a vault, with the largest manifest and all names beside it. */
  vaultRequestBytes: 192 * 1024,
  /** 20 devices of at most 1.5 kB each, and the frame around them. */
  manifestBytes: 32 * 1024,
  /** Names of people, devices and groups, in code points after NFC. */
  nameCharacters: 64,
  handleCharacters: 32,
  handleMinimumCharacters: 3,
  jsonDepth: 4,
  devicesPerAccount: 20,
  /** Unclaimed one-time prekeys of a device. */
  oneTimePreKeys: 100,
  oneTimeKemPreKeys: 20,
  /** With fewer than these left the device is told, and refills. */
  oneTimePreKeysLow: 20,
  oneTimeKemPreKeysLow: 5,
  /** Claims of one device's prekeys by one other device within a day. */
  preKeyClaimsPerDay: 20,
  /** Changes of one account's devices within a day; removals are never refused for it. */
  manifestsPerDay: 100,
  /** Vaults that one device may store on their own within a day; with a removal they are never refused. */
  vaultsPerDay: 200,
  /** Epochs that one person may begin in one chat within a day. */
  epochsPerDay: 100,
  deviceLinksOpen: 3,
  deviceLinksPerHour: 20,
  deviceLinkSeconds: 600,
  linkDeliveryBytes: 1024,
  activityPerPage: 50,
  groupMembers: 1000,
  /** Epoch wraps in one request; an envelope holds as many hybrid ones. More follow in further requests. */
  wrapsPerRequest: 30,
  /** What an epoch was made under: user, manifest version and hash of each member. */
  madeUnderBytes: 256,
  syncPageRows: 200,
  /** Ciphertext in one page, which is therefore often shorter: a page must fit into a socket's queue. */
  syncPageBytes: 128 * 1024,
  manifestsPerPage: 50,
  chatsPerPage: 200,
  httpBatchMessages: 50,
  /** Above this many unsent bytes a socket is cut, to resync by sequence number. */
  queuedBytesPerSocket: 1024 * 1024,
  connectTimeoutMs: 10_000,
  deviceChallengeTimeoutMs: 10_000,
  /** A socket's access token is looked at again at least this often. */
  tokenRecheckMs: 60_000,
  chatPasswordMinimumCharacters: 8,
} as const;

/** A fixed window: at most `points` within `perSeconds` of the first of them, then all of them anew. */
export interface RateLimit {
  points: number;
  perSeconds: number;
}

/** What a request costs, by class; a refusal says when to try again. */
export const rateLimits = {
  /** A fast typist and a busy agent stay far below. Per device. */
  send: { points: 120, perSeconds: 10 },
  /** Sync pages, lists, own account. Per device, or per auth session where no device is known. */
  read: { points: 600, perSeconds: 60 },
  /** Registering devices, publishing manifests, vaults, epochs and wraps. Counted as `read`. */
  key: { points: 120, perSeconds: 60 },
  /** Claiming other devices' prekeys. Per user. */
  claim: { points: 200, perSeconds: 60 },
  /** Looking people up by handle. Per user: enumeration is what this stops. */
  search: { points: 30, perSeconds: 60 },
  /** Handshakes and anything before a user is known. Per address. */
  auth: { points: 300, perSeconds: 60 },
} as const satisfies Record<string, RateLimit>;

export type CostClass = keyof typeof rateLimits;
