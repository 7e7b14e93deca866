import { readFileSync } from 'node:fs';

/** Written by every build (`build/chunk-report.ts`): which neutral name holds what. */
const chunks = JSON.parse(
  readFileSync(new URL('node_modules/.cache/sotto/chunks.json', import.meta.url), 'utf8'),
);

function chunkOf(source) {
  const chunk = chunks.find((candidate) => candidate.source === source);
  if (!chunk) throw new Error(`No chunk starts from ${source}: build first, then measure.`);
  return chunk.fileName;
}

/** A chunk and everything it imports before it can run. */
function closure(sources) {
  const found = new Set();
  const visit = (fileName) => {
    if (found.has(fileName)) return;
    found.add(fileName);
    const chunk = chunks.find((candidate) => candidate.fileName === fileName);
    for (const imported of chunk?.imports ?? []) visit(imported);
  };
  for (const source of sources) visit(chunkOf(source));
  return [...found].map((fileName) => `dist/${fileName}`);
}

export default [
  { name: 'Front screen', path: closure(['index.html']), limit: '110 kB', gzip: true },
  {
    name: 'First chat, with the engine',
    path: closure(['index.html', 'app/Shell.tsx', 'features/chat/index.ts', 'worker']),
    limit: '240 kB',
    gzip: true,
  },
];
