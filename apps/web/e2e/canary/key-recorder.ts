import type { Page, Worker } from '@playwright/test';

declare global {
  var drawnSecrets: string[] | undefined;
}

/**
 * Runs inside the engine's worker: notes every 32 bytes drawn at random (seeds, private keys, vault
 * and epoch keys) and every raw symmetric key handed to WebCrypto (what is derived from them).
 * Constants of the constructions pass through the same calls; no secret has so few different bytes.
 */
function installRecorder(): void {
  const secrets: string[] = [];
  globalThis.drawnSecrets = secrets;
  const note = (bytes: Uint8Array): void => {
    if (new Set(bytes).size < bytes.length / 3) return;
    secrets.push(Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''));
  };
  const draw = crypto.getRandomValues.bind(crypto);
  crypto.getRandomValues = <Target extends ArrayBufferView>(target: Target): Target => {
    draw(target as unknown as Uint8Array<ArrayBuffer>);
    if (target.byteLength === 32) {
      note(new Uint8Array(target.buffer, target.byteOffset, target.byteLength));
    }
    return target;
  };
  const importKey = crypto.subtle.importKey.bind(crypto.subtle) as (
    ...input: unknown[]
  ) => Promise<CryptoKey>;
  crypto.subtle.importKey = (async (...input: unknown[]) => {
    const [format, data, algorithm] = input;
    const name = typeof algorithm === 'string' ? algorithm : (algorithm as { name: string }).name;
    // A raw key of a curve is a public one; the key of PBKDF2 is the password, planted by itself.
    if (format === 'raw' && ['AES-GCM', 'HKDF', 'HMAC'].includes(name)) {
      note(
        ArrayBuffer.isView(data)
          ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
          : new Uint8Array(data as ArrayBuffer),
      );
    }
    return importKey(...input);
  }) as typeof crypto.subtle.importKey;
}

/** Follows the workers of a page: call before the first navigation. */
export function recordKeys(page: Page): { secretsHex(): Promise<string[]> } {
  const workers: { worker: Worker; installed: Promise<void> }[] = [];
  const kept = new Set<string>();
  page.on('worker', (worker) => {
    workers.push({ worker, installed: worker.evaluate(installRecorder) });
  });
  return {
    async secretsHex() {
      for (const { worker, installed } of workers) {
        if (!page.workers().includes(worker)) continue;
        await installed;
        const drawn = await worker.evaluate(() => globalThis.drawnSecrets ?? []);
        for (const secret of drawn) kept.add(secret);
      }
      return [...kept];
    },
  };
}
