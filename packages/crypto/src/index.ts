/** Sotto's cryptography: bytes in, bytes out; no I/O, no clock, randomness handed in. */
export * from './verify.ts';
export { zeroize } from './encoding/bytes.ts';
export { systemRandom, type RandomSource } from './primitives/random.ts';

export {
  generateIdentityKeyPair,
  identityKeyPairFromSeed,
  type IdentityKeyPair,
} from './identity/identity-key-pair.ts';
export { signXEdDSA } from './identity/sign-xeddsa.ts';
export { signLabelled } from './identity/sign-labelled.ts';

export {
  generateSealingKeyPair,
  sealingKeyPairFromPrivateKey,
  type SealingKeyPair,
} from './seal/sealing-key-pair.ts';
export {
  generateHybridKeyPair,
  hybridKeyPairFromPrivateKey,
  type HybridKeyPair,
} from './seal/hybrid-key-pair.ts';
export type { HpkeSealed } from './seal/hpke-base.ts';
export { hpkeOpen, hpkeSeal } from './seal/hpke.ts';
export type { SealContext, SealParty } from './seal/seal-binding.ts';
export {
  maxSealPayloadBytes,
  sealMany,
  sealSigned,
  type SealOutcome,
  type SealRecipient,
  type SealSender,
  type SignedSeal,
} from './seal/seal-signed.ts';
export { openSigned, type OpenSignedInput } from './seal/open-signed.ts';
export {
  decryptSessionSecret,
  sealSessionSecret,
  sealSessionSecretToMany,
  type SealedSessionSecret,
  type SessionSecretOutcome,
} from './seal/session-secret.ts';

export {
  defaultIterations,
  maximumIterations,
  minimumIterations,
  minimumReadIterations,
} from './chat-key/kdf-limits.ts';
export {
  deriveChatKey,
  type ChatKeyType,
  type DeriveChatKeyOptions,
} from './chat-key/derive-chat-key.ts';
export { createEpochKey, epochKeyFrom, type EpochKey } from './chat-key/epoch-key.ts';
export { parseMessageHeader, type MessageHeader } from './chat-key/message-header.ts';
export { maxMessageBytes, type MessagePlace } from './chat-key/chat-cipher.ts';
export {
  decryptMessage,
  encryptMessage,
  type DecryptMessageInput,
  type DecryptedMessage,
  type EncryptMessageInput,
} from './chat-key/message.ts';
export { decryptReceipt, encryptReceipt } from './chat-key/receipt.ts';
export { ChatKeyHistory, defaultHistoryDepth } from './chat-key/chat-key-history.ts';
export {
  maxHistoryHeadKeys,
  signHistoryHead,
  verifyHistoryHead,
  type EpochKeyName,
  type HistoryHead,
  type NamedHistory,
} from './chat-key/history-head.ts';

export type { KdfParameters } from './vault/kdf-parameters.ts';
export type { SealedVault } from './vault/sealed-vault.ts';
export type { NewVaultContents, VaultContents } from './vault/vault-contents.ts';
export type { RecoveryPart } from './vault/recovery-proof.ts';
export { createVault, type CreatedVault } from './vault/create-vault.ts';
export {
  openVaultWithKey,
  openVaultWithPassword,
  openVaultWithRecoveryKey,
  type OpenedVault,
} from './vault/open-vault.ts';
export { replaceRecoveryKey } from './vault/replace-recovery-key.ts';
export { rewrapVault } from './vault/rewrap-vault.ts';
export { updateVault } from './vault/update-vault.ts';
export { deriveStorageKeys, type StorageKeys } from './vault/storage-keys.ts';
export { unwrapKey, unwrapKeyUnder, wrapKey, type KeyWrapBinding } from './vault/wrap-key.ts';
export {
  decryptRecord,
  encryptRecord,
  maxRecordBytes,
  type RecordBinding,
} from './vault/record.ts';
export { formatRecoveryKey, generateRecoveryKey, parseRecoveryKey } from './vault/recovery-key.ts';
export {
  estimatePassword,
  type PasswordEstimate,
  type PasswordWarning,
} from './vault/estimate-password.ts';
export { defaultPassphraseWords, suggestPassphrase } from './vault/suggest-passphrase.ts';
export { signDeviceManifest, type SignedManifest } from './log/sign-device-manifest.ts';
export { safetyCode } from './safety-code/safety-code.ts';
export {
  compareSafetyQr,
  formatSafetyQr,
  type SafetyPair,
  type SafetyQrOutcome,
} from './safety-code/safety-qr.ts';
export { GroupSessionBuilder } from './sender-key/group-session-builder.ts';
export { GroupCipher } from './sender-key/group-cipher.ts';
export { SenderKeyName, type SenderAddress } from './sender-key/sender-key-name.ts';
export { SenderKeyRecord } from './sender-key/sender-key-record.ts';
export { InMemorySenderKeyStore, type SenderKeyStore } from './sender-key/sender-key-store.ts';
export { SenderKeyMessage } from './sender-key/sender-key-message.ts';
export {
  SenderKeyDistributionMessage,
  type SenderKeyDistribution,
} from './sender-key/sender-key-distribution-message.ts';
export {
  decryptGroupMessage,
  encryptGroupMessage,
  maxGroupMessageBytes,
  senderKeyNameOf,
  type GroupMessagePlace,
} from './sender-key/group-message.ts';

export {
  generateAgreementKeyPair,
  identityAgreementKeyPair,
  type AgreementKeyPair,
} from './session/agreement-key-pair.ts';
export type { ProtocolAddress } from './session/protocol-address.ts';
export type { KyberKeyPair } from './kem/kyber-1024.ts';
export {
  generateKyberPreKey,
  generatePreKeys,
  generateSignedPreKey,
  type KyberPreKeyRecord,
  type PreKeyRecord,
  type SignedPreKeyRecord,
} from './session/pre-key-records.ts';
export type { PreKeyBundle } from './session/pre-key-bundle.ts';
export type {
  IdentityKeyStore,
  KyberPreKeyStore,
  KyberPreKeyUse,
  PreKeyStore,
  ProtocolStores,
  SessionStore,
  SignedPreKeyStore,
} from './session/stores.ts';
export type { PeerVersion } from './session/session-state.ts';
export {
  maxSessionMessageBytes,
  parseSignalMessage,
  type SignalMessage,
} from './session/signal-message.ts';
export {
  parsePreKeySignalMessage,
  type PreKeySignalMessage,
} from './session/pre-key-signal-message.ts';
export { SessionBuilder } from './session/session-builder.ts';
export {
  SessionCipher,
  type CiphertextMessage,
  type KeepPlaintext,
} from './session/session-cipher.ts';
export * from './credential-bundle.ts';
export { AttachmentEncryptor, type AttachmentPointer } from './attachment/attachment-encryptor.ts';
export { AttachmentDecryptor } from './attachment/attachment-decryptor.ts';
export { decryptAttachment, encryptAttachment } from './attachment/attachment.ts';
export {
  attachmentChunkBytes,
  maxAttachmentBytes,
  sealedAttachmentBytes,
  sealedChunkBytes,
} from './attachment/attachment-layout.ts';
export {
  formatLinkSecret,
  generateLinkSecret,
  parseLinkSecret,
  tagGuestBundle,
  verifyGuestBundle,
  type GuestBundleBinding,
} from './guest-link/link-secret.ts';
export { signGroupEntry, type SignedGroupEntry } from './log/sign-group-entry.ts';
export { signAdmission } from './log/sign-admission.ts';
export {
  agreeOnDeviceLink,
  commitDeviceLink,
  type DeviceLinkAgreement,
  type DeviceLinkAnswer,
  type DeviceLinkRequest,
  type DeviceLinkTranscript,
} from './device-link/device-link.ts';
export {
  formatDeviceLinkCode,
  parseDeviceLinkCode,
  tagDeviceLinkAnswer,
  verifyDeviceLinkTag,
  type DeviceLinkCode,
  type DeviceLinkTagBinding,
} from './device-link/device-link-code.ts';
export {
  openDeviceLinkDelivery,
  sealDeviceLinkDelivery,
  type DeviceLinkDelivery,
} from './device-link/device-link-delivery.ts';
