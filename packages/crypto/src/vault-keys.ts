/** Another vault key, and opening a vault after one: by themselves, as only a removal needs them. */
export { changeVaultKey } from './vault/change-vault-key.ts';
export { openVaultAsDevice, type DeviceSealingKeys } from './vault/open-vault-as-device.ts';
