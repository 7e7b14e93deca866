/** Which X25519 keys lie in the prime subgroup, against noble's own product with the group's order. */
import { ED25519_TORSION_SUBGROUP, ed25519 } from '@noble/curves/ed25519.js';
import { expect, it } from 'vitest';
import { seededRandom } from '../../test/building/builders.ts';
import { onEachBackEnd } from '../../test/known-answers/on-each-back-end.ts';
import { fromHex } from '../encoding/hex.ts';
import {
  groupOrder,
  isOnMontgomeryCurve,
  isSmallOrderMontgomery,
  littleEndian32,
  readLittleEndian,
  uFromEdwardsY,
} from './curve25519.ts';
import { isTorsionFreeMontgomery } from './torsion.ts';

const fieldPrime = 2n ** 255n - 19n;
const random = seededRandom(25);
const torsion = ED25519_TORSION_SUBGROUP.map((hex) => ed25519.Point.fromBytes(fromHex(hex), true));
const randomPoint = () =>
  ed25519.Point.BASE.multiply((readLittleEndian(random(64)) % (groupOrder - 1n)) + 1n);

/** Euler's criterion, the slow way. */
function isSquare(value: bigint): boolean {
  let [result, base] = [1n, value % fieldPrime];
  for (let rest = (fieldPrime - 1n) / 2n; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * base) % fieldPrime;
    base = (base * base) % fieldPrime;
  }
  return result <= 1n;
}

onEachBackEnd('The prime subgroup', () => {
  it('holds multiples of the base point, and none of them with a point of small order added', async () => {
    for (let n = 0; n < 4; n++) {
      const point = randomPoint();
      for (const added of torsion) {
        const moved = point.add(added);
        const u = uFromEdwardsY(moved.toBytes());
        expect(await isTorsionFreeMontgomery(u)).toBe(moved.isTorsionFree());
        expect(moved.isTorsionFree()).toBe(added.is0());
      }
    }
  });

  it('holds no point of the twist and none of small order', async () => {
    let ofTheTwist = 0;
    for (let n = 0; n < 40; n++) {
      const u = littleEndian32(readLittleEndian(random(32)) % fieldPrime);
      if (isOnMontgomeryCurve(u)) continue;
      ofTheTwist += 1;
      expect(await isTorsionFreeMontgomery(u)).toBe(false);
    }
    expect(ofTheTwist).toBeGreaterThan(5);
    for (const u of [0n, 1n, fieldPrime - 1n].map(littleEndian32)) {
      expect(isSmallOrderMontgomery(u)).toBe(true);
      expect(await isTorsionFreeMontgomery(u)).toBe(false);
    }
  });
});

it('A key is on the curve or on its twist as Euler\u2019s criterion says', () => {
  const values = Array.from({ length: 300 }, () => readLittleEndian(random(32)) % fieldPrime);
  for (const u of [...values, 0n, 1n, 2n, 9n, fieldPrime - 1n, fieldPrime - 2n]) {
    const right = (((u * u) % fieldPrime) * (u + 486_662n) + u) % fieldPrime;
    expect([u, isOnMontgomeryCurve(littleEndian32(u))]).toEqual([u, isSquare(right)]);
  }
});
