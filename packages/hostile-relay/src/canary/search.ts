import { needlesOf } from './encodings.ts';
import type { Needle } from './encodings.ts';

/** A value that was planted, by a name that may be printed. */
export interface Plant {
  name: string;
  value: string | Uint8Array;
}

export interface Place {
  name: string;
  bytes: Buffer;
}

const shortestNeedleBytes = 6;

/** Finds plants in bytes, in one pass however many there are: needles are keyed by their first four bytes. */
export class CanarySearch {
  readonly #byStart = new Map<number, { plant: string; needle: Needle }[]>();
  readonly #firstTwo = new Uint8Array(1 << 16);

  constructor(plants: readonly Plant[]) {
    for (const plant of plants) {
      for (const needle of needlesOf(plant.value)) {
        if (needle.bytes.length < shortestNeedleBytes) {
          throw new RangeError(`${plant.name} is too short to be told from chance`);
        }
        const start = needle.bytes.readUInt32BE(0);
        const known = this.#byStart.get(start) ?? [];
        this.#byStart.set(start, [...known, { plant: plant.name, needle }]);
        this.#firstTwo[start >>> 16] = 1;
      }
    }
  }

  /** `plant in place (encoding)` for everything found; each combination once. */
  find(places: Iterable<Place>): string[] {
    const found = new Set<string>();
    for (const { name, bytes } of places) {
      for (let at = 0; at + 4 <= bytes.length; at += 1) {
        if (!this.#firstTwo[((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)]) continue;
        for (const { plant, needle } of this.#byStart.get(bytes.readUInt32BE(at)) ?? []) {
          const end = at + needle.bytes.length;
          if (end <= bytes.length && needle.bytes.equals(bytes.subarray(at, end))) {
            found.add(`${plant} in ${name} (${needle.encoding})`);
          }
        }
      }
    }
    return [...found].sort();
  }
}
