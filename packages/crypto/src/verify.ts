/**
 * What a relay needs: signatures and signed logs are verified here, and nothing in this module's
 * imports takes a secret key.
 */
export { CryptoError, isCryptoError, type CryptoErrorCode } from './errors.ts';
export { concatBytes, equalBytes } from './encoding/bytes.ts';
export { fromHex, toHex } from './encoding/hex.ts';
export { fromBase64, fromBase64Url, toBase64, toBase64Url } from './encoding/base64.ts';
export { fromUtf8, utf8 } from './encoding/text.ts';
export { uuidBytes, uuidFromBytes } from './encoding/uuid.ts';
export { sha256 } from './primitives/sha2.ts';
export { parseIdentityPublicKey } from './identity/public-key.ts';
export { parseHybridPublicKey } from './seal/hybrid-public-key.ts';
export { parseSealingPublicKey } from './seal/sealing-public-key.ts';
export { verifyXEdDSA } from './identity/verify-xeddsa.ts';
export { verifyLabelled } from './identity/verify-labelled.ts';
export {
  parseDeviceManifest,
  type DeviceManifest,
  type ManifestDevice,
} from './log/device-manifest.ts';
export {
  verifyDeviceManifest,
  verifyManifestChain,
  type DeviceIdentity,
  type ManifestHead,
  type VerifiedManifest,
} from './log/verify-device-manifest.ts';
export type { CredentialEnvelope } from './credential-bundle/credential-envelope.ts';
export { verifyCredentialEnvelope } from './credential-bundle/verify-credential-envelope.ts';
export { stampHeaderName, stampScheme, verifyStamp } from './credential-bundle/verify-stamp.ts';
export {
  parseGroupEntry,
  type GroupAction,
  type GroupEntry,
  type GroupRole,
} from './log/group-entry.ts';
export {
  GroupLog,
  maxGroupLogEntries,
  verifyGroupLog,
  type FindDeviceKey,
  type GroupState,
  type KnownDevice,
} from './log/group-log.ts';
export { groupIdFor } from './log/group-id.ts';
export { isNewerAdmission, verifyAdmission, type Admission } from './log/admission.ts';
