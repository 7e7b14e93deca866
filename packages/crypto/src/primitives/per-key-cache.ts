import { equalBytes } from '../encoding/bytes.ts';

/**
 * Remembers what is derived from a key for as long as the caller keeps the array that holds it.
 *
 * Opening a chat decrypts thousands of messages under one key: derivation and WebCrypto import happen
 * once. A cache only: an array whose bytes have changed is derived afresh, nothing outlives it, and a
 * promise that is rejected is forgotten.
 */
export function perKeyCache<T>(): (key: Uint8Array, name: string, derive: () => T) => T {
  const entries = new WeakMap<Uint8Array, { key: Uint8Array; derived: Map<string, T> }>();

  return (key, name, derive) => {
    let entry = entries.get(key);
    if (!entry || !equalBytes(entry.key, key)) {
      entry = { key: Uint8Array.from(key), derived: new Map() };
      entries.set(key, entry);
    }
    const known = entry.derived.get(name);
    if (known !== undefined) return known;
    const derived = derive();
    const { derived: kept } = entry;
    kept.set(name, derived);
    if (derived instanceof Promise) {
      derived.catch(() => {
        if (kept.get(name) === derived) kept.delete(name);
      });
    }
    return derived;
  };
}
