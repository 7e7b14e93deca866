import { deviceHeader, errorBodySchema, routes } from '@sotto/protocol';
import type { DeviceId, RouteName, WireError } from '@sotto/protocol';
import { toBase64Url } from '@sotto/crypto';
import type * as z from 'zod/mini';
import { ClientError } from '../client-error.ts';
import { bytesAs } from '../storage/json-bytes.ts';
import type { Clock, Transport } from '../platform.ts';
import type { AnyBytes } from './any-bytes.ts';
import { WireFailure } from './wire-failure.ts';

type Routes = typeof routes;
/** What a caller passes for a part of a request; parts without fields may be left out. */
type Part<Name extends string, Schema extends z.ZodMiniType> =
  z.output<Schema> extends Record<string, never>
    ? { [Key in Name]?: undefined }
    : { [Key in Name]: AnyBytes<z.output<Schema>> };

export type RouteInput<Name extends RouteName> = Part<'params', Routes[Name]['params']> &
  Part<'query', Routes[Name]['query']> &
  Part<'body', Routes[Name]['body']>;
export type RouteOutput<Name extends RouteName> = z.output<Routes[Name]['response']>;

/** The relay's HTTP interface, typed by the protocol's route table. */
export interface HttpClient {
  /** Throws `ClientError`: a mapped refusal, `offline` without an answer, `untrusted` for a malformed one. */
  call<Name extends RouteName>(name: Name, input: RouteInput<Name>): Promise<RouteOutput<Name>>;
}

/** Who is calling. Both are asked anew for each request. */
export interface Caller {
  /** Null when nobody is signed in. `rejected`: a token the relay has just refused. */
  accessToken(rejected?: string): Promise<string | null>;
  deviceId(): DeviceId | null;
}

const requestTimeoutMs = 20_000;

interface LooseInput {
  params?: Record<string, unknown>;
  query?: Record<string, string | number | undefined>;
  body?: unknown;
}

export function createHttpClient(options: {
  transport: Transport;
  clock: Clock;
  relayUrl: string;
  caller: Caller;
}): HttpClient {
  const { transport, clock, relayUrl, caller } = options;

  async function exchange(
    url: string,
    init: RequestInit,
  ): Promise<{ status: number; body: unknown }> {
    const abort = new AbortController();
    const cancel = clock.setTimer(requestTimeoutMs, () => abort.abort());
    try {
      const response = await transport.fetch(url, { ...init, signal: abort.signal });
      const text = await response.text();
      return { status: response.status, body: text === '' ? {} : parseJson(text) };
    } catch (cause) {
      throw cause instanceof ClientError ? cause : new ClientError('offline', { cause });
    } finally {
      cancel();
    }
  }

  return {
    async call(name, input) {
      const route = routes[name];
      const { params = {}, query = {}, body } = input as LooseInput;
      const url = relayUrl + pathOf(route.path, params) + searchOf(query);
      const text = body === undefined ? undefined : jsonOf(body, route.body);
      const attempt = async (token: string | null) => {
        const headers = new Headers({ accept: 'application/json' });
        if (text !== undefined) headers.set('content-type', 'application/json');
        if (token !== null) headers.set('authorization', `Bearer ${token}`);
        const deviceId = caller.deviceId();
        if (deviceId !== null && route.scope === 'device') headers.set(deviceHeader, deviceId);
        const init: RequestInit = { method: route.method, headers };
        if (text !== undefined) init.body = text;
        return await exchange(url, init);
      };
      const token = route.scope === 'public' ? null : await caller.accessToken();
      if (token === null && route.scope !== 'public') throw new ClientError('signed_out');
      let answer = await attempt(token);
      if (answer.status === 401 && token !== null) {
        const fresh = await caller.accessToken(token);
        if (fresh !== null && fresh !== token) answer = await attempt(fresh);
      }
      if (answer.status < 200 || answer.status >= 300) {
        throw new WireFailure(refusalOf(answer), clock.now());
      }
      const parsed = route.response.safeParse(answer.body);
      if (!parsed.success) throw new ClientError('untrusted', { cause: parsed.error });
      return parsed.data as never;
    },
  };
}

function pathOf(path: string, params: Record<string, unknown>): string {
  return path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
}

function searchOf(query: Record<string, string | number | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, String(value));
  }
  return search.size === 0 ? '' : `?${search.toString()}`;
}

/** Byte strings become base64url; the text is parsed again by the route's schema before it leaves. */
function jsonOf(body: unknown, schema: z.ZodMiniType): string {
  const text = JSON.stringify(body, bytesAs(toBase64Url));
  const checked = schema.safeParse(JSON.parse(text));
  if (!checked.success) throw new ClientError('internal', { cause: checked.error });
  return text;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new ClientError('unavailable', { cause });
  }
}

/** A proxy in front of the relay may answer without our body: judge by the status then. */
function refusalOf(answer: { status: number; body: unknown }): WireError {
  const parsed = errorBodySchema.safeParse(answer.body);
  if (parsed.success) return parsed.data.error;
  if (answer.status === 401) return { code: 'unauthenticated' };
  if (answer.status === 413) return { code: 'too_large' };
  if (answer.status === 429) return { code: 'rate_limited' };
  return { code: answer.status >= 500 ? 'unavailable' : 'internal' };
}
