import { until } from '@sotto/client/testing';
import type { DeviceId, UserId } from '@sotto/protocol';
import type { HostileRelay, HttpRequest } from '../src/index.ts';
import type { Victim } from './lied-to.ts';

/** A manifest as it travels: bytes are base64url. */
export interface WireManifest {
  version: number;
  body: string;
  signature: string;
}
export interface ManifestPage {
  manifests: WireManifest[];
  headVersion: number;
}

/** Edits successful answers to requests that look like `METHOD /path`; all others pass. */
export function rewrite(
  { script }: HostileRelay,
  route: RegExp,
  /** States the body's type itself: what a relay answers here is of no other. */
  edit: (body: never, request: HttpRequest) => unknown,
): void {
  script.onAnswer = (request, answer) =>
    route.test(`${request.method} ${request.path}`) && answer.status === 200
      ? { status: 200, body: edit(answer.body as never, request) }
      : answer;
}

/** From here on it passes everything on. */
export function tellTruth({ script }: HostileRelay): void {
  for (const piece of Object.keys(script)) delete script[piece as keyof typeof script];
}

/** Goes away and comes back, and has asked the relay how things stand. */
export async function comeBack({ client }: Victim): Promise<void> {
  await client.setOnline({ online: false });
  await client.setOnline({ online: true });
  await until(client.connection, ({ status }) => status === 'online');
}

export function userIdOf({ client }: Victim): UserId {
  const state = client.session.getSnapshot();
  if (state.phase !== 'ready') throw new Error(state.phase);
  return state.profile.userId;
}

export async function deviceIdOf({ client }: Victim): Promise<DeviceId> {
  const { devices } = await until(client.devices, ({ status }) => status === 'ready');
  const own = devices.find(({ thisDevice }) => thisDevice);
  if (!own) throw new Error('this device is not listed');
  return own.deviceId;
}

/** The bodies of requests that look like this, as they pass from now on. */
export function overhear({ script }: HostileRelay, route: RegExp): unknown[] {
  const bodies: unknown[] = [];
  const before = script.onRequest;
  script.onRequest = (request) => {
    if (route.test(`${request.method} ${request.path}`)) bodies.push(request.body);
    return before?.(request) ?? { body: request.body };
  };
  return bodies;
}
