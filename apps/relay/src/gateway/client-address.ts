import { BlockList, isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';

/** Says which address a request really comes from. */
export type ClientAddress = (request: Pick<IncomingMessage, 'headers' | 'socket'>) => string;

/**
 * The nearest address that is not one of our own proxies. `X-Forwarded-For` is read from its end and
 * only as far as trusted proxies wrote it: what a client puts there itself is never believed.
 * Loopback is always trusted, for a proxy on the same machine.
 *
 * @param trustedProxies addresses or networks (`10.0.0.0/8`).
 * @throws RangeError for an entry that is neither.
 */
export function clientAddressOf(trustedProxies: readonly string[]): ClientAddress {
  const trusted = blockList(trustedProxies);
  return (request) => {
    const header = request.headers['x-forwarded-for'];
    const hops = (Array.isArray(header) ? header.join(',') : (header ?? ''))
      .split(',')
      .map((hop) => plain(hop.trim()));
    let address = plain(request.socket.remoteAddress ?? '');
    while (isTrusted(trusted, address)) {
      const next = hops.pop();
      if (next === undefined || isIP(next) === 0) break;
      address = next;
    }
    return address;
  };
}

/** Whether this is the machine itself. */
export function isLoopback(address: string): boolean {
  return isTrusted(loopback, plain(address));
}

/**
 * What one client can change at will counts once: an IPv4 address, or the /64 network that a single
 * IPv6 subscriber owns. The key of everything that is counted by address.
 */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}

const loopback = blockList([]);

function blockList(entries: readonly string[]): BlockList {
  const list = new BlockList();
  list.addSubnet('127.0.0.0', 8, 'ipv4');
  list.addAddress('::1', 'ipv6');
  for (const entry of entries) {
    const [address = '', prefix, more] = entry.split('/');
    const version = isIP(address);
    const bits = prefix === undefined ? (version === 4 ? 32 : 128) : Number(prefix);
    if (version === 0 || more !== undefined || !Number.isInteger(bits)) {
      throw new RangeError(`TRUSTED_PROXIES: ${entry} is neither an address nor a network`);
    }
    list.addSubnet(address, bits, version === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}

function isTrusted(list: BlockList, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

/** An IPv4 address that arrived on an IPv6 socket, written as IPv4. */
const plain = (address: string) => address.replace(/^::ffff:(?=\d+\.)/i, '');
