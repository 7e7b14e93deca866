/**
 * Shows that the linter's import borders bite: a throw-away tree with one forbidden import a file is
 * linted with the project's own configuration, and every file must be reported, by the border rule.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root, toolEnvironment } from './install.mjs';

/** [file, import that the border forbids there] */
const forbidden = [
  ['packages/crypto/src/seal/a.ts', '@noble/curves/ed25519.js'],
  ['packages/crypto/src/primitives/a.ts', 'node:crypto'],
  ['packages/crypto/src/vault/a.ts', '@sotto/protocol'],
  ['packages/protocol/src/a.ts', '@sotto/crypto'],
  ['packages/protocol/src/b.ts', 'node:fs'],
  ['packages/client/src/chats/a.ts', 'socket.io-client'],
  ['packages/client/src/transport/a.ts', 'idb'],
  ['packages/client/src/transport/b.ts', '@supabase/auth-js'],
  ['packages/client/src/sync/a.ts', '@sotto/local-supabase'],
  ['packages/local-supabase/src/a.ts', '@sotto/client'],
  ['apps/relay/src/a.ts', '@sotto/crypto'],
  ['apps/relay/src/b.ts', '@sotto/local-supabase'],
  ['apps/relay/src/gateway/a.ts', '../db/rpc.ts'],
  ['apps/relay/src/handlers/a.ts', '../gateway/server.ts'],
  ['apps/relay/src/handlers/b.ts', 'pg'],
  ['apps/relay/src/domain/a.ts', 'socket.io'],
  ['apps/relay/src/db/a.ts', '../domain/append-writer.ts'],
  ['apps/web/src/app/a.ts', '@sotto/crypto'],
  ['apps/web/src/app/b.ts', 'socket.io-client'],
  ['apps/web/src/features/chat/a.ts', '../chat-list/index.ts'],
  ['apps/web/src/features/chat/b.ts', '../../app/router.tsx'],
];

export function bordersBite() {
  const tree = mkdtempSync(join(tmpdir(), 'sotto-borders-'));
  try {
    copyFileSync(join(root, '.oxlintrc.json'), join(tree, '.oxlintrc.json'));
    for (const [file, specifier] of forbidden) {
      mkdirSync(dirname(join(tree, file)), { recursive: true });
      writeFileSync(join(tree, file), `import { x } from '${specifier}';\nexport const y = x;\n`);
    }
    const { stdout } = spawnSync('oxlint', ['--format', 'json', '.'], {
      cwd: tree,
      encoding: 'utf8',
      env: toolEnvironment(),
    });
    const caught = new Set(
      JSON.parse(stdout)
        .diagnostics.filter(({ code }) => code.includes('no-restricted-imports'))
        .map(({ filename }) => filename.replaceAll('\\', '/').replace(/^\.\//, '')),
    );
    const open = forbidden.filter(([file]) => !caught.has(file));
    for (const [file, specifier] of open) console.error(`border open: ${file} → ${specifier}`);
    return open.length;
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}
