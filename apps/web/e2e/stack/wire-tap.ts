import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** The cable between browsers and relay: hears every byte, and can be cut. */
export interface WireTap {
  origin: string;
  /** One entry per connection and direction, in the order of connecting; websocket masks are off. */
  heard(): Buffer[];
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** The payloads of a masked websocket stream, as RFC 6455 §5.2 frames them. */
export function unmaskFrames(stream: Buffer): Buffer[] {
  const payloads: Buffer[] = [];
  let at = 0;
  while (at + 6 <= stream.length) {
    const short = (stream[at + 1] ?? 0) & 0x7f;
    const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
    if (at + 2 + extended + 4 > stream.length) break;
    const length =
      short === 126
        ? stream.readUInt16BE(at + 2)
        : short === 127
          ? Number(stream.readBigUInt64BE(at + 2))
          : short;
    const mask = stream.subarray(at + 2 + extended, at + 6 + extended);
    const start = at + 6 + extended;
    const payload = Buffer.from(stream.subarray(start, start + length));
    for (let index = 0; index < payload.length; index += 1) {
      payload[index] = (payload[index] ?? 0) ^ (mask[index % 4] ?? 0);
    }
    payloads.push(payload);
    at = start + length;
  }
  return payloads;
}

/** What a browser said on one connection: requests as they are, websocket frames without their mask. */
function readable(stream: Buffer): Buffer {
  const upgrade = /\r\nupgrade: websocket\r\n/i.exec(stream.toString('latin1'));
  if (!upgrade) return stream;
  const end = stream.indexOf('\r\n\r\n', upgrade.index) + 4;
  return Buffer.concat([stream.subarray(0, end), ...unmaskFrames(stream.subarray(end))]);
}

export async function startWireTap(relayPort: number): Promise<WireTap> {
  const recordings: { fromBrowser: Buffer[]; fromRelay: Buffer[] }[] = [];
  const open = new Set<Socket>();
  let isCut = false;

  const server = createServer((browser) => {
    if (isCut) {
      browser.destroy();
      return;
    }
    const recording = { fromBrowser: [] as Buffer[], fromRelay: [] as Buffer[] };
    recordings.push(recording);
    const relay = connect(relayPort, '127.0.0.1');
    for (const [from, to, heard] of [
      [browser, relay, recording.fromBrowser],
      [relay, browser, recording.fromRelay],
    ] as const) {
      open.add(from);
      from.on('data', (chunk: Buffer) => heard.push(chunk));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const dropAll = (): void => {
    for (const socket of open) socket.destroy();
  };
  return {
    origin: `http://127.0.0.1:${port}`,
    heard: () =>
      recordings.flatMap(({ fromBrowser, fromRelay }) => [
        readable(Buffer.concat(fromBrowser)),
        Buffer.concat(fromRelay),
      ]),
    cut() {
      isCut = true;
      dropAll();
    },
    mend() {
      isCut = false;
    },
    async close() {
      server.close();
      dropAll();
      if (server.listening) await once(server, 'close');
    },
  };
}
