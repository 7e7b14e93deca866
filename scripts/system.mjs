/** Programs that npm cannot bring: a browser. Installed where that is possible, named where not. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const aptPackages = ['chromium', 'fonts-noto-core'];

export const chromiumPath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

function isRootOnDebian() {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return process.getuid?.() === 0 && /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(release);
}

export function ensureChromium() {
  if (existsSync(chromiumPath)) return;
  const command = `apt-get install -y ${aptPackages.join(' ')}`;
  if (!isRootOnDebian()) {
    console.error(
      `The browser tests need Chromium at ${chromiumPath} (or CHROMIUM_PATH). On Debian: sudo ${command}`,
    );
    process.exit(69);
  }
  console.log(`Installing Chromium: ${command}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', ...aptPackages],
  ]) {
    const { status } = spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env });
    if (status !== 0) {
      console.error(`apt-get ${args[0]} failed; install Chromium by hand: ${command}`);
      process.exit(69);
    }
  }
}
