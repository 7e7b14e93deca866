import { randomBytes } from 'node:crypto';

const random = (length: number) => randomBytes(length).toString('base64url');

/** A vault as it travels; its bytes are opaque to the relay, so random here. */
export const vaultOf = (version: number) => ({
  version,
  kdf: { algorithm: 'PBKDF2-HMAC-SHA256', iterations: 600_000, salt: random(32) },
  passwordWrap: random(60),
  recoveryWrap: random(60),
  body: random(200),
});

/** A vault under another key than the one before: sealed wraps, and the key for each device. */
export const changedVaultOf = (version: number) => ({
  ...vaultOf(version),
  passwordWrap: random(1190),
  recoveryWrap: random(1190),
  deviceWraps: random(2800),
});
