/** Tells whoever listens that something happened, in the order they began to listen. */
export interface Signal<Value> {
  emit(value: Value): void;
  on(listener: (value: Value) => void): () => void;
}

export function createSignal<Value>(): Signal<Value> {
  const listeners = new Set<(value: Value) => void>();
  return {
    emit(value) {
      for (const listener of Array.from(listeners)) listener(value);
    },
    on(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
