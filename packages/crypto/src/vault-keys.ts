/** Another vault key, what it is sealed to, and opening a vault after one: by themselves, as few sessions need them. */
export { changeVaultKey } from './vault/change-vault-key.ts';
export {
  checkPublicHalves,
  vouchForRecoveryKey,
  type PublicHalves,
} from './vault/public-halves.ts';
export { openVaultAsDevice, type DeviceSealingKeys } from './vault/open-vault-as-device.ts';
