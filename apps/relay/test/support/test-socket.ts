import { once } from 'node:events';
import { signLabelled, uuidBytes } from '@sotto/crypto';
import { labels, protocolVersion } from '@sotto/protocol';
import type { Ack } from '@sotto/protocol';
import { io } from 'socket.io-client';
import type { ManagerOptions, Socket, SocketOptions } from 'socket.io-client';
import msgpackParser from 'socket.io-msgpack-parser';
import type { TestDevice } from './person.ts';

type Options = Partial<ManagerOptions & SocketOptions>;

/** A client socket with the relay's parser; nothing of Sotto's handshake is done for it. */
export function rawSocket(relay: { url: string }, options: Options = {}): Socket {
  return io(relay.url, {
    parser: msgpackParser,
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    ...options,
  });
}

/** The `auth` of a handshake for this device. */
export const handshakeOf = (device: TestDevice) => ({
  token: device.token,
  deviceId: device.deviceId,
  protocolVersion,
});

/** The device's signature over a challenge. */
export function proofOf(device: TestDevice, nonce: Uint8Array): Promise<Uint8Array> {
  return signLabelled({
    seed: device.identity.seed,
    label: labels.socketProof,
    fields: [
      new Uint8Array(nonce),
      uuidBytes(device.userId),
      uuidBytes(device.deviceId),
      uuidBytes(device.sessionId),
    ],
  });
}

/** Answers the relay's challenge as the device does. */
export function answerChallenge(socket: Socket, device: TestDevice): void {
  const onChallenge = async (
    { nonce }: { nonce: Uint8Array },
    answer: (proof: unknown) => void,
  ): Promise<void> => answer({ signature: Buffer.from(await proofOf(device, nonce)) });
  socket.on('device:challenge', (body, answer) => void onChallenge(body, answer));
}

/** A socket that is ready: connected, proven, in its rooms. */
export async function connect(
  relay: { url: string },
  device: TestDevice,
  options: Options = {},
): Promise<Socket> {
  const socket = rawSocket(relay, { auth: handshakeOf(device), ...options });
  answerChallenge(socket, device);
  await new Promise<void>((resolve, reject) => {
    socket.once('session:ready', () => resolve());
    socket.once('connect_error', reject);
    socket.once('disconnect', (reason) => reject(new Error(`disconnected: ${reason}`)));
  });
  socket.removeAllListeners('disconnect');
  return socket;
}

/** The one acknowledgement of an event; fails when there is none in time, or a second one. */
export async function send<Data = Record<string, unknown>>(
  socket: Socket,
  event: string,
  body: unknown,
): Promise<Ack<Data>> {
  return (await socket.timeout(10_000).emitWithAck(event, body)) as Ack<Data>;
}

/** The next event of this name. */
export async function next<Body = Record<string, unknown>>(
  socket: Socket,
  event: string,
  timeoutMs = 10_000,
): Promise<Body> {
  const signal = AbortSignal.timeout(timeoutMs);
  const [body] = (await once(socket as never, event, { signal })) as [Body];
  return body;
}

/** Why a handshake was refused. */
export async function refusal(socket: Socket): Promise<unknown> {
  const error = await new Promise<Error & { data?: unknown }>((resolve, reject) => {
    socket.once('connect_error', resolve);
    socket.once('session:ready', () => reject(new Error('admitted')));
  });
  socket.disconnect();
  return error.data ?? error.message;
}
