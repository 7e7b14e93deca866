import { afterEach, expect, test } from 'vitest';
import { buildHash } from './build-hash.ts';

afterEach(() => document.head.replaceChildren());

function addScript(src: string): void {
  const script = document.createElement('script');
  script.type = 'module';
  script.setAttribute('src', src);
  document.head.append(script);
}

test('the build is named by the hash of its entry', () => {
  addScript('/assets/0a1b2c3d.js');

  expect(buildHash(document)).toBe('0a1b2c3d');
});

test('a development page has none', () => {
  addScript('/src/main.tsx');

  expect(buildHash(document)).toBeNull();
});
