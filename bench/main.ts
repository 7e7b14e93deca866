/** `npm run bench -- <name>`: each prints its figures with their peers, measured in turn. */
const benches: Record<string, () => Promise<{ run(): Promise<void> }>> = {
  append: () => import('./append/run.ts'),
  crypto: () => import('./crypto/run.ts'),
  fanout: () => import('./fanout/run.ts'),
};

const [name = ''] = process.argv.slice(2);
const load = Object.hasOwn(benches, name) ? benches[name] : undefined;
if (load) {
  const { run } = await load();
  await run();
  process.exit(0);
} else {
  process.stderr.write(`usage: npm run bench -- ${Object.keys(benches).join(' | ')}\n`);
  process.exit(64);
}
