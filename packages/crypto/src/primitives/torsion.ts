import { ed25519 } from '@noble/curves/ed25519.js';
import { edwardsYFromU, isOnMontgomeryCurve } from './curve25519.ts';

/** Whether a canonical X25519 key lies in the prime-order subgroup of the curve, not beside it or on the twist. */
export function isTorsionFreeMontgomery(u: Uint8Array): boolean {
  if (!isOnMontgomeryCurve(u)) return false;
  try {
    return ed25519.Point.fromBytes(edwardsYFromU(u)).isTorsionFree();
  } catch {
    return false;
  }
}
