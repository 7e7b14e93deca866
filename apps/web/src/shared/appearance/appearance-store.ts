import { useSyncExternalStore } from 'react';
import { applyAppearance, readAppearance, writeAppearance } from './appearance.ts';
import type { Appearance } from './appearance.ts';

let current = readAppearance();
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Draws the page as it was chosen; called once before the first paint. */
export function startAppearance(): void {
  applyAppearance(current, document.documentElement);
}

export function setAppearance(change: Partial<Appearance>): void {
  current = { ...current, ...change };
  writeAppearance(current);
  applyAppearance(current, document.documentElement);
  for (const listener of listeners) listener();
}

export function useAppearance(): Appearance {
  return useSyncExternalStore(subscribe, () => current);
}
