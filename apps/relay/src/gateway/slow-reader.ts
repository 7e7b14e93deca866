import { limits } from '@sotto/protocol';
import type { Socket } from 'socket.io';

interface EnginePacket {
  data?: string | Uint8Array;
}

/** The part of the engine's websocket transport that counts what the kernel has not taken yet. */
interface WebSocketTransport {
  socket?: { bufferedAmount: number; terminate(): void };
}

/**
 * Cuts a socket whose client reads too slowly: above the limit of unsent bytes the connection is
 * ended at once, without the farewell that would wait behind the same bytes. The client comes back and
 * fetches what it lacks by sequence number.
 */
export function cutSlowReader(
  connection: Socket['conn'],
  onCut: () => void,
  maxQueuedBytes: number = limits.queuedBytesPerSocket,
): void {
  let queuedBytes = 0;
  let isCut = false;
  const transport = () => (connection as { transport?: WebSocketTransport }).transport?.socket;
  connection.on('flush', () => {
    queuedBytes = 0;
  });
  connection.on('packetCreate', (packet: EnginePacket) => {
    queuedBytes += packet.data?.length ?? 0;
    if (isCut || queuedBytes + (transport()?.bufferedAmount ?? 0) <= maxQueuedBytes) return;
    isCut = true;
    onCut();
    // Not while the engine is in the middle of putting this packet into its queue.
    queueMicrotask(() => {
      const socket = transport();
      connection.close(true);
      socket?.terminate();
    });
  });
}
