/**
 * Makes something once and remembers it, unless making it failed: an engine that is out of memory, or a
 * worker that restarts, fails one call, not all that follow.
 */
export class HeldImport<T> {
  #made: Promise<T> | undefined;

  /** `made` is what there is already. */
  constructor(made?: T) {
    this.#made = made === undefined ? undefined : Promise.resolve(made);
  }

  /** What was made, or is made now. */
  get(make: () => Promise<T>): Promise<T> {
    const known = this.#made;
    if (known) return known;
    const made = make();
    this.#made = made;
    made.catch(() => {
      if (this.#made === made) this.#made = undefined;
    });
    return made;
  }
}
