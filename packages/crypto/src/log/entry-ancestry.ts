/** Which entries come before which: a set of bits for each entry, one for every entry taken in before. */
export class EntryAncestry {
  readonly #sets: Uint32Array[] = [];

  /** Takes in the next entry, which follows `parents`, and returns its index. */
  add(parents: readonly number[]): number {
    const index = this.#sets.length;
    this.#sets.push(this.union(parents, index));
    return index;
  }

  /** The entries `parents` and everything before them, as bits up to `length`. */
  union(parents: readonly number[], length: number): Uint32Array {
    const bits = new Uint32Array(Math.ceil(length / 32));
    for (const parent of parents) {
      for (const [word, value] of (this.#sets[parent] ?? new Uint32Array(0)).entries()) {
        bits[word] = (bits[word] ?? 0) | value;
      }
      bits[parent >>> 5] = (bits[parent >>> 5] ?? 0) | (1 << (parent & 31));
    }
    return bits;
  }

  /** Whether `earlier` comes before `later`. */
  precedes(earlier: number, later: number): boolean {
    return hasBit(this.#sets[later] ?? new Uint32Array(0), earlier);
  }

  /** Whether neither of two entries comes before the other. */
  areConcurrent(a: number, b: number): boolean {
    return !this.precedes(a, b) && !this.precedes(b, a);
  }
}

/** Whether an entry is in a set of bits. */
export function hasBit(bits: Uint32Array, index: number): boolean {
  return (((bits[index >>> 5] ?? 0) >>> (index & 31)) & 1) === 1;
}
