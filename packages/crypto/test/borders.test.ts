/** What the package imports, read from its sources. */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const source = resolve(dirname(fileURLToPath(import.meta.url)), '../src');

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8').replaceAll(/\b(?:import|export) type [^;]*;/g, '');
  return Array.from(text.matchAll(/\bfrom '([^']+)'/g), (match) => match[1] ?? '');
}

/** Every source file that `entry` loads, relative to the source folder. */
function reachable(entry: string): string[] {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const name of importsOf(file)) {
      if (name.startsWith('.')) visit(resolve(dirname(file), name));
    }
  };
  visit(join(source, entry));
  return Array.from(seen, (file) => relative(source, file));
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
);

describe('The package', () => {
  it('imports noble only, and only through primitives', () => {
    const outside = files.flatMap((file) =>
      importsOf(join(source, file))
        .filter((name) => !name.startsWith('.'))
        .map((name) => ({ file, name })),
    );

    expect(outside.length).toBeGreaterThan(5);
    expect(outside.filter(({ name }) => !name.startsWith('@noble/'))).toEqual([]);
    expect(outside.filter(({ file }) => !file.startsWith('primitives/'))).toEqual([]);
  });

  it('reads no clock and draws no randomness outside primitives', () => {
    const forbidden =
      /\b(Date\.now|new Date|performance\.|Math\.random|getRandomValues|setTimeout|fetch\()/;
    const found = files.filter(
      (file) =>
        !file.startsWith('primitives/') && forbidden.test(readFileSync(join(source, file), 'utf8')),
    );

    expect(found).toEqual([]);
  });
});

describe('The credential-bundle entry', () => {
  it('loads no chat, vault, group or identity key', () => {
    const loaded = reachable('credential-bundle.ts');

    expect(loaded).toContain('credential-bundle/create-stamp.ts');
    expect(
      loaded.filter((file) =>
        /^(vault|chat-key|sender-key|session|log)\/|\/sign-xeddsa/.test(file),
      ),
    ).toEqual([]);
  });
});

describe('The vault-keys entry', () => {
  it('is apart from the main one', () => {
    const main = reachable('index.ts');

    for (const file of [
      'change-vault-key',
      'open-vault-as-device',
      'device-wraps',
      'public-halves',
    ]) {
      expect(reachable('vault-keys.ts')).toContain(`vault/${file}.ts`);
      expect(main).not.toContain(`vault/${file}.ts`);
    }
  });

  it('loads ML-KEM and SHA-3 with the first key that needs them, as opening a vault does', () => {
    for (const entry of ['vault-keys.ts', 'vault/open-vault.ts', 'vault/create-vault.ts']) {
      expect(reachable(entry)).toContain('seal/hpke-kem.ts');
      expect(reachable(entry)).not.toContain('primitives/x-wing.ts');
    }
  });
});

describe('The verify entry', () => {
  it('loads no module that takes a secret key', () => {
    const loaded = reachable('verify.ts');
    const secret =
      /(^|\/)(sign-|seal-|open-|create-stamp|credential-bundle\.|session-keypair|hpke|dhkem|x25519|x-wing\.|p256-private|ed25519-sign|ed25519-public|identity-key-pair|sealing-key-pair|aes-gcm|hkdf|hmac|pbkdf2|random)|^(vault|chat-key|committed-aead)\//;

    expect(loaded).toContain('log/verify-device-manifest.ts');
    expect(loaded.filter((file) => secret.test(file))).toEqual([]);
  });

  it('is told apart from the main entry, which does load them', () => {
    expect(reachable('index.ts')).toContain('identity/sign-xeddsa.ts');
  });
});
