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

/** Whether one of the worker's scripts names this one: then it is loaded later, when it is asked for. */
function isLoadedBy(scripts: ReadonlyMap<string, string>, fileName: string): boolean {
  const name = fileName.slice(fileName.lastIndexOf('/') + 1);
  return [...scripts].some(([other, text]) => other !== fileName && text.includes(name));
}

/** Notes which neutral file name came from which source, for the size budgets. */
export function chunkReport(): Plugin {
  return {
    name: 'chunk-report',
    apply: 'build',
    writeBundle(_options, bundle) {
      const chunks: ReportedChunk[] = [];
      const scripts = new Map<string, string>();
      for (const file of Object.values(bundle)) {
        if (file.type === 'chunk') {
          const source =
            file.facadeModuleId
              ?.split('/apps/web/')
              .at(-1)
              ?.replace(/^src\//, '') ?? null;
          chunks.push({ fileName: file.fileName, source, imports: file.imports });
        } else if (file.fileName.endsWith('.js')) {
          scripts.set(file.fileName, String(file.source));
        }
      }
      for (const fileName of scripts.keys()) {
        const source = isLoadedBy(scripts, fileName) ? 'worker, later' : 'worker';
        chunks.push({ fileName, source, imports: [] });
      }
      mkdirSync(dirname(reportFile), { recursive: true });
      writeFileSync(reportFile, JSON.stringify(chunks, null, 2));
    },
  };
}
