/** A seal of an epoch key as it travels: bytes are base64url. */
export interface WireWrap {
  userId: string;
  deviceId: string;
  ephemeralPublicKey: string;
  encryptedKey: string;
  sealedTo?: string;
}

/** An epoch as a device is told of it. */
export interface WireEpoch {
  epoch: number;
  keyId: string;
  commitment: string;
  timestampMs: number;
  iterations: number;
  madeUnder?: string;
  deviceWrap: (WireWrap & { sealedByUserId: string; sealedByDeviceId: string }) | null;
  vaultWrap: string | null;
}

/** An epoch as its maker publishes it. */
export type WireNewEpoch = Omit<WireEpoch, 'deviceWrap'> & { deviceWraps: WireWrap[] };

export const keysRoute = /^GET \/api\/chats\/[^/]+\/keys$/;
export const chatRoute = /^POST \/api\/chats$/;
export const epochRoute = /^POST \/api\/chats\/[^/]+\/epochs$/;
export const wrapsRoute = /^PUT \/api\/chats\/[^/]+\/epochs\/\d+\/wraps$/;
