/** Fan-out of 1 KB messages by the relay's socket server, against a bare `ws` server. */
import { compare, printMachine } from '../compare.ts';
import { measurePairs, measureRoom } from './clients.ts';
import type { Kind } from './clients.ts';

export async function run(): Promise<void> {
  printMachine();
  const cases: [string, (kind: Kind) => Promise<number>][] = [
    ['fan-out 1:1, 100 pairs, 1 KB', (kind) => measurePairs(kind, 100)],
    ['fan-out to a room of 100, 1 KB', (kind) => measureRoom(kind, 100)],
    ['fan-out to a room of 1,000, 1 KB', (kind) => measureRoom(kind, 1000)],
  ];
  for (const [title, measure] of cases) {
    await compare(title, 'messages/CPU-s', { name: 'bare ws', measure: () => measure('ws') }, [
      { name: 'relay (Socket.IO, msgpack, binary)', measure: () => measure('relay') },
    ]);
  }
}
