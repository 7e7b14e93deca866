/** Something the interface can watch: an immutable snapshot, replaced on every change. */
export interface Store<Snapshot> {
  getSnapshot(): Snapshot;
  /** Calls `listener` after each change; returns the function that stops it. */
  subscribe(listener: () => void): () => void;
}
