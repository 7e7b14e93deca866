import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { decodePacket, encodePacket, eventOf, packetType } from './packets.ts';
import type { Packet } from './packets.ts';
import { lost } from './script.ts';
import type { Script } from './script.ts';

export interface SocketSide {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Breaks every connection, as a fault of the network does. */
  cut(): void;
}

type Record = (bytes: Uint8Array) => void;

/** Passes websockets on, packet by packet. */
export function createSocketSide(target: URL, script: () => Script, record: Record): SocketSide {
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const open = new Set<WebSocket>();

  function join(client: WebSocket, relay: WebSocket): void {
    /** Requests of the client that wait for their acknowledgement. */
    const asked = new Map<number, { name: string; body: unknown }>();
    const waiting: (string | Uint8Array)[] = [];
    const toRelay = (frame: string | Uint8Array): void => {
      if (relay.readyState === WebSocket.OPEN) relay.send(frame);
      else waiting.push(frame);
    };
    relay.on('open', () => {
      for (const frame of waiting.splice(0)) relay.send(frame);
    });

    const fromClient = (packet: Packet): Packet[] => {
      const event = eventOf(packet);
      if (!event) return [packet];
      if (packet.id !== undefined) asked.set(packet.id, event);
      const bodies = script().onSend?.(event.name, event.body) ?? [event.body];
      return bodies.map((body, index) => {
        const { id, ...rest } = packet;
        const data = [event.name, body];
        return index === 0 && id !== undefined ? { ...rest, id, data } : { ...rest, data };
      });
    };

    const fromRelay = (packet: Packet): Packet[] => {
      if (packet.type === packetType.ack && packet.id !== undefined) {
        const request = asked.get(packet.id);
        asked.delete(packet.id);
        const hook = script().onAcknowledgement;
        if (!request || !hook || !Array.isArray(packet.data)) return [packet];
        const answer = hook(request.name, request.body, packet.data[0]);
        return answer === lost ? [] : [{ ...packet, data: [answer] }];
      }
      const event = eventOf(packet);
      if (!event || packet.id !== undefined) return [packet];
      const bodies = script().onEvent?.(event.name, event.body) ?? [event.body];
      return bodies.map((body) => ({ ...packet, data: [event.name, body] }));
    };

    const pass =
      (edit: (packet: Packet) => Packet[], send: (frame: string | Uint8Array) => void) =>
      (data: Buffer, isBinary: boolean): void => {
        record(data);
        if (!isBinary) return send(data.toString());
        for (const packet of edit(decodePacket(data))) send(encodePacket(packet));
      };
    client.on('message', pass(fromClient, toRelay));
    relay.on(
      'message',
      pass(fromRelay, (frame) => {
        if (client.readyState === WebSocket.OPEN) client.send(frame);
      }),
    );
    for (const [one, other] of [
      [client, relay],
      [relay, client],
    ] as const) {
      open.add(one);
      one.on('error', () => other.terminate());
      one.on('close', () => {
        open.delete(one);
        other.terminate();
      });
    }
  }

  return {
    upgrade(request, socket, head) {
      const url = new URL(request.url ?? '/', target);
      url.protocol = 'ws:';
      const headers = { ...request.headers };
      for (const name of Object.keys(headers)) {
        if (name.startsWith('sec-websocket') || name === 'connection' || name === 'upgrade') {
          delete headers[name];
        }
      }
      const relay = new WebSocket(url, { headers, perMessageDeflate: false });
      relay.on('error', () => socket.destroy());
      server.handleUpgrade(request, socket, head, (client) => join(client, relay));
    },
    cut() {
      for (const socket of open) socket.terminate();
    },
  };
}
