/** `node scripts/run.mjs <directory> <tool> [argument …]`: installs if need be, then runs the tool there. */
import { join } from 'node:path';
import { ensureInstalled, root, runTool } from './install.mjs';

const [directory = '.', command, ...args] = process.argv.slice(2);
if (!command) {
  console.error('usage: node scripts/run.mjs <directory> <tool> [argument …]');
  process.exit(64);
}
ensureInstalled();
process.exit(runTool(command, args, { directory: join(root, directory) }));
