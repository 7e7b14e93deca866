import { describe, expect, it } from 'vitest';
import { clientAddressOf, networkOf, isLoopback } from './client-address.ts';

const from = (remoteAddress: string, forwarded?: string) =>
  ({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  }) as never;

describe('The address of a client', () => {
  it.each<[string, string | undefined, string]>([
    ['203.0.113.5', undefined, '203.0.113.5'],
    ['203.0.113.5', '198.51.100.1', '203.0.113.5'],
    ['127.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['::ffff:127.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['127.0.0.1', '1.1.1.1, 198.51.100.1', '198.51.100.1'],
    ['127.0.0.1', '198.51.100.1, 10.1.2.3', '198.51.100.1'],
    ['127.0.0.1', '198.51.100.1, nonsense', '127.0.0.1'],
    ['10.1.2.3', '2001:db8::7', '2001:db8::7'],
    ['::1', undefined, '::1'],
  ])('behind %s that forwards for %s is %s', (remote, forwarded, expected) => {
    expect(clientAddressOf(['10.0.0.0/8'])(from(remote, forwarded))).toBe(expected);
  });

  it('needs proxies that are addresses or networks', () => {
    for (const entry of ['proxy.example', '10.0.0.0/x', '10.0.0.0/8/9']) {
      expect(() => clientAddressOf([entry])).toThrow('TRUSTED_PROXIES');
    }
  });

  it('is this machine only for loopback', () => {
    expect(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'].every(isLoopback)).toBe(true);
    expect(['10.0.0.1', '203.0.113.5', '', 'localhost'].some(isLoopback)).toBe(false);
  });
});

describe('What is counted as one client', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002:ffff::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['', ''],
  ])('of %j is %j', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
