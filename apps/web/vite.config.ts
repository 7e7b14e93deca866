import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { chunkReport } from './build/chunk-report.ts';
import { fontPreload } from './build/font-preload.ts';
import { selfTestApart } from './build/self-test-apart.ts';

/** Names say nothing about what a file holds: only the hash of its content. */
const neutralNames = {
  entryFileNames: 'assets/[hash].js',
  chunkFileNames: 'assets/[hash].js',
  assetFileNames: 'assets/[hash][extname]',
  hashCharacters: 'hex',
} as const;

const relay = process.env['SOTTO_RELAY'] ?? 'http://127.0.0.1:4000';
const proxied = { target: relay, ws: true };

export default defineConfig({
  plugins: [react(), tailwind(), fontPreload(), chunkReport()],
  build: {
    target: ['chrome123', 'firefox121', 'safari17.5'],
    sourcemap: false,
    // A `data:` URI would need a wider policy than `'self'`.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      output: neutralNames,
    },
  },
  worker: {
    format: 'es',
    plugins: () => [selfTestApart()],
    rolldownOptions: { output: neutralNames },
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': proxied, '/auth': proxied, '/rest': proxied, '/socket.io': proxied },
  },
});
