import { concatBytes } from '../encoding/bytes.ts';
import { uuidBytes } from '../encoding/uuid.ts';

/** A device of an account: a canonical UUID and a number from 1 to 127. */
export interface ProtocolAddress {
  name: string;
  deviceId: number;
}

/** Highest number of a device. */
const maximumDeviceId = 127;

/** 18 bytes: 0x00 (account) ‖ UUID 16 ‖ device; `bad_encoding` or `RangeError` for what is no address. */
export function addressBytes(address: ProtocolAddress): Uint8Array {
  const { name, deviceId } = address;
  if (!Number.isInteger(deviceId) || deviceId < 1 || deviceId > maximumDeviceId) {
    throw new RangeError(`deviceId: expected a whole number from 1 to ${maximumDeviceId}`);
  }
  return concatBytes(Uint8Array.of(0), uuidBytes(name), Uint8Array.of(deviceId));
}

/** One text for each address. */
export function addressText(address: ProtocolAddress): string {
  return `${address.name}.${address.deviceId}`;
}

/** The 36 bytes that a message carries and authenticates: sender, then recipient. */
export function messageAddresses(sender: ProtocolAddress, recipient: ProtocolAddress): Uint8Array {
  return concatBytes(addressBytes(sender), addressBytes(recipient));
}
