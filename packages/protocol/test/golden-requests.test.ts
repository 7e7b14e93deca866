import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { deviceWrapSchema, limits, routes } from '../src/index.ts';
import type { RouteName } from '../src/index.ts';
import { goldenRequests, laterRequests } from './golden-requests.ts';
import type { GoldenRequests } from './golden-requests.ts';

const file = new URL('golden/http-v1.json', import.meta.url);
const names = Object.keys(routes) as RouteName[];

/** Examples by the name they are frozen under. */
const examples: Record<string, { name: RouteName; example: GoldenRequests[RouteName] }> = {
  ...Object.fromEntries(names.map((name) => [name, { name, example: goldenRequests[name] }])),
  ...Object.fromEntries(
    (Object.entries(laterRequests) as [RouteName, GoldenRequests[RouteName]][]).map(
      ([name, example]) => [`${name}, later`, { name, example }],
    ),
  ),
};
const keyed = Object.entries(examples);

/** A request and its answer as they travel. */
function encoded(name: RouteName, example: GoldenRequests[RouteName]) {
  const { body, response, ...address } = example;
  const route = routes[name];
  return {
    ...address,
    ...(body === undefined ? {} : { body: z.encode(route.body, body) }),
    response: z.encode(route.response, response),
  };
}

const today = () =>
  Object.fromEntries(keyed.map(([key, { name, example }]) => [key, encoded(name, example)]));

if (process.env.SOTTO_FREEZE_FRAMES === '1')
  writeFileSync(file, `${JSON.stringify(today(), null, 2)}\n`);

type Frozen = Record<
  string,
  { params?: unknown; query?: unknown; body?: unknown; response: unknown }
>;
const frozen = JSON.parse(readFileSync(file, 'utf8')) as Frozen;

describe('HTTP requests of version 1', () => {
  it('are made today as they were frozen, for every route', () => {
    expect(today()).toEqual(frozen);
  });

  it.each(keyed)(
    '%s is read by its schemas, to the value it was made of',
    (key, { name, example }) => {
      const { params, query, body, response } = frozen[key] ?? { response: null };
      const route = routes[name];

      expect(z.safeParse(route.params, params ?? {}).error).toBeUndefined();
      expect(z.safeParse(route.query, query ?? {}).error).toBeUndefined();
      expect(z.parse(route.body, body ?? {})).toEqual(example.body ?? {});
      expect(z.parse(route.response, response)).toEqual(example.response);
    },
  );

  it.each(names)('%s names each parameter of its path', (name) => {
    const inPath = [...routes[name].path.matchAll(/:([a-zA-Z]+)/g)].map(
      ([, parameter]) => parameter,
    );

    expect(Object.keys(goldenRequests[name].params ?? {})).toEqual(inPath);
  });
});

describe('A wrap', () => {
  const wrap = goldenRequests.createEpoch.body?.epoch.deviceWraps[1];

  it.each([32, 1120])('is written and read with an encapsulated key of %i bytes', (length) => {
    const ephemeralPublicKey = new Uint8Array(length).fill(7);
    const sent = z.encode(deviceWrapSchema, { ...wrap, ephemeralPublicKey } as never);

    expect(sent.ephemeralPublicKey).toHaveLength(Math.ceil((length * 4) / 3));
    expect(z.parse(deviceWrapSchema, sent).ephemeralPublicKey).toEqual(ephemeralPublicKey);
  });

  it.each([0, 31, 33, 1119, 1121])('is refused with one of %i bytes', (length) => {
    const ephemeralPublicKey = Buffer.alloc(length, 7).toString('base64url');
    const right = z.encode(deviceWrapSchema, wrap as never);

    expect(z.safeParse(deviceWrapSchema, { ...right, ephemeralPublicKey }).success).toBe(false);
  });

  it('goes as often into one request as an envelope holds', () => {
    const largest = {
      ...wrap,
      ephemeralPublicKey: new Uint8Array(1120),
      encryptedKey: new Uint8Array(300),
    };
    const deviceWraps = Array.from({ length: limits.wrapsPerRequest }, () => largest);

    const body = z.encode(routes.putChatWraps.body, { deviceWraps } as never);

    expect(JSON.stringify(body).length).toBeLessThan(limits.envelopeBytes);
  });
});

describe('A publication of prekeys', () => {
  it('as large as it may be fits into an envelope', () => {
    const example = goldenRequests.putPreKeys.body;
    const [oneTime] = example?.oneTimePreKeys ?? [];
    const [kem] = example?.oneTimeKemPreKeys ?? [];
    const id = 0xffff_ffff;

    const body = z.encode(routes.putPreKeys.body, {
      ...example,
      oneTimePreKeys: Array.from({ length: limits.oneTimePreKeys }, () => ({ ...oneTime, id })),
      oneTimeKemPreKeys: Array.from({ length: limits.oneTimeKemPreKeys }, () => ({ ...kem, id })),
    } as never);

    expect(JSON.stringify(body).length).toBeLessThan(limits.envelopeBytes);
  });
});

describe('A vault', () => {
  const right = z.encode(routes.putVault.body, laterRequests.putVault?.body as never);
  const text = (length: number) => Buffer.alloc(length, 7).toString('base64url');

  it.each([
    ['passwordWrap', limits.vaultWrapBytes],
    ['recoveryWrap', limits.vaultWrapBytes],
    ['deviceWraps', limits.vaultDeviceWrapsBytes],
  ])('has a %s of at most %i bytes', (part, most) => {
    const holds = (length: number) =>
      z.safeParse(routes.putVault.body, { ...right, [part]: text(length) }).success;

    expect([0, 1, most, most + 1].map(holds)).toEqual([false, true, true, false]);
  });

  it('as large as it may be, with the largest manifest and all names, fits into its request', () => {
    const vault = {
      ...laterRequests.putVault?.body,
      version: 0xffff_ffff,
      passwordWrap: new Uint8Array(limits.vaultWrapBytes),
      recoveryWrap: new Uint8Array(limits.vaultWrapBytes),
      body: new Uint8Array(limits.vaultBytes),
      deviceWraps: new Uint8Array(limits.vaultDeviceWrapsBytes),
    };
    const manifest = {
      version: 0xffff_ffff,
      body: new Uint8Array(limits.manifestBytes),
      signature: new Uint8Array(64),
    };
    const [device] = goldenRequests.publishManifest.body?.names ?? [];
    const names = Array.from({ length: limits.devicesPerAccount }, () => ({
      ...device,
      name: '𝔐'.repeat(limits.nameCharacters),
    }));

    const body = z.encode(routes.publishManifest.body, { manifest, names, vault } as never);

    expect(z.safeParse(routes.publishManifest.body, body).error).toBeUndefined();
    const bytes = new TextEncoder().encode(JSON.stringify(body)).length;
    expect(bytes).toBeLessThan(routes.publishManifest.bodyBytes ?? limits.envelopeBytes);
    expect(bytes).toBeLessThan(limits.vaultRequestBytes);
    expect(routes.putVault.bodyBytes).toBe(limits.vaultRequestBytes);
  });
});
