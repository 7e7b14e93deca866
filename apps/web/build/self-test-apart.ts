import type { Plugin } from 'vite';

const entry = '@sotto/crypto/self-test';
const mark = '?apart';

/**
 * Gives the self-test copies of the modules that it tests. It then adds nothing to the worker that every
 * page waits for, and the back end that it chooses is not chosen for the engine beside it.
 */
export function selfTestApart(): Plugin {
  return {
    name: 'self-test-apart',
    apply: 'build',
    enforce: 'pre',
    async resolveId(source, importer, options) {
      const inside = importer?.endsWith(mark) ?? false;
      if (source !== entry && !inside) return null;
      const from = inside ? importer?.slice(0, -mark.length) : importer;
      const resolved = await this.resolve(source, from, { ...options, skipSelf: true });
      return resolved && { ...resolved, id: `${resolved.id}${mark}` };
    },
  };
}
