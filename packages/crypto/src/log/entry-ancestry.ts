/** Which entries come before which: a set of bits for each entry, one for every entry taken in before. */
export class EntryAncestry {
  readonly #sets: Uint32Array[] = [];

  /** The same entries, to which others can be added without changing these. */
  clone(): EntryAncestry {
    const copy = new EntryAncestry();
    for (const set of this.#sets) copy.#sets.push(set);
    return copy;
  }

  /** Takes in the next entry, which follows `parents`, and returns its index. */
  add(parents: readonly number[]): number {
    const index = this.#sets.length;
    this.#sets.push(this.union(parents, index));
    return index;
  }

  /** Takes the entry that was added last out again. */
  removeLast(): void {
    this.#sets.pop();
  }

  /** The entries `parents` and everything before them, as bits up to `length`. */
  union(parents: readonly number[], length: number): Uint32Array {
    const bits = new Uint32Array(Math.ceil(length / 32));
    for (const parent of parents) {
      const set = this.#sets[parent] ?? bits;
      for (let word = 0; word < set.length; word++)
        bits[word] = (bits[word] ?? 0) | (set[word] ?? 0);
      bits[parent >>> 5] = (bits[parent >>> 5] ?? 0) | (1 << (parent & 31));
    }
    return bits;
  }

  /** Whether `earlier` comes before `later`. */
  precedes(earlier: number, later: number): boolean {
    const word = this.#sets[later]?.[earlier >>> 5] ?? 0;
    return ((word >>> (earlier & 31)) & 1) === 1;
  }

  /** Whether neither of two different entries comes before the other. */
  areConcurrent(a: number, b: number): boolean {
    return !this.precedes(a, b) && !this.precedes(b, a);
  }
}

/** Whether an entry is in a set of bits. */
export function hasBit(bits: Uint32Array, index: number): boolean {
  return (((bits[index >>> 5] ?? 0) >>> (index & 31)) & 1) === 1;
}
