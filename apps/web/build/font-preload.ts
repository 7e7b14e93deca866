import type { Plugin } from 'vite';

/** Preloads the latin subset of Inter: the one font file that every first paint needs. */
export function fontPreload(): Plugin {
  return {
    name: 'font-preload',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle }) {
        const font = Object.values(bundle ?? {}).find(
          (file) =>
            file.type === 'asset' && file.names.some((name) => name.startsWith('inter-latin-wght')),
        );
        if (!font) throw new Error('The latin subset of Inter is not part of the build.');
        return [
          {
            tag: 'link',
            attrs: {
              rel: 'preload',
              href: `/${font.fileName}`,
              as: 'font',
              type: 'font/woff2',
              crossorigin: '',
            },
            injectTo: 'head',
          },
        ];
      },
    },
  };
}
