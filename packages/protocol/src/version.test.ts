import { expect, it } from 'vitest';
import { isProtocolVersionSupported, oldestProtocolVersion, protocolVersion } from './version.ts';

it('serves the versions from the oldest to its own, and no other', () => {
  expect(isProtocolVersionSupported(oldestProtocolVersion)).toBe(true);
  expect(isProtocolVersionSupported(protocolVersion)).toBe(true);
  for (const other of [0, protocolVersion + 1, 1.5, Number.NaN, '1', null, undefined])
    expect(isProtocolVersionSupported(other)).toBe(false);
});
