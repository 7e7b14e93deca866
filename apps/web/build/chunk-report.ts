import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

/** What the budgets need to know of one built file; never part of what is served. */
export interface ReportedChunk {
  fileName: string;
  /** The source module a lazy route or the entry starts from. */
  source: string | null;
  imports: string[];
}

const reportFile = join(
  dirname(fileURLToPath(import.meta.url)),
  '../node_modules/.cache/sotto/chunks.json',
);

/** What a script of the worker needs before it runs; what it loads later is called `import(…)`. */
function importsOf(script: string): string[] {
  const statements = script.matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g);
  return [...statements].map(([, name = '']) => `assets/${name}`);
}

/** Notes which neutral file name came from which source, for the size budgets. */
export function chunkReport(): Plugin {
  return {
    name: 'chunk-report',
    apply: 'build',
    writeBundle(_options, bundle) {
      const chunks: ReportedChunk[] = [];
      const scripts = new Map<string, string>();
      let page = '';
      for (const file of Object.values(bundle)) {
        if (file.type === 'chunk') {
          const source =
            file.facadeModuleId
              ?.split('/apps/web/')
              .at(-1)
              ?.replace(/^src\//, '') ?? null;
          chunks.push({ fileName: file.fileName, source, imports: file.imports });
          page += file.code;
        } else if (file.fileName.endsWith('.js')) {
          scripts.set(file.fileName, String(file.source));
        }
      }
      // Scripts that are assets of the page are the worker's; the page names the one it starts.
      for (const [fileName, script] of scripts) {
        const source = page.includes(fileName) ? 'worker' : 'worker, later';
        chunks.push({ fileName, source, imports: importsOf(script) });
      }
      mkdirSync(dirname(reportFile), { recursive: true });
      writeFileSync(reportFile, JSON.stringify(chunks, null, 2));
    },
  };
}
