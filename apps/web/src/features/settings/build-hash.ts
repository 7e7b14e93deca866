/**
 * The hash in the name of the entry script. It covers the whole build: the entry names each file it
 * loads by hash, and those name theirs.
 */
export function buildHash(page: Document): string | null {
  const entry = page.querySelector<HTMLScriptElement>('script[type="module"][src]');
  return /\/assets\/([0-9a-f]+)\.js$/u.exec(entry?.src ?? '')?.[1] ?? null;
}
