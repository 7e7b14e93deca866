import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { rateLimits } from '../limits.ts';
import { routes } from './routes.ts';

const all = Object.entries(routes);

describe('every route', () => {
  it('has a method and path of its own', () => {
    const places = all.map(([, route]) => `${route.method} ${route.path}`);

    expect(new Set(places).size).toBe(places.length);
  });

  it.each(all)('%s declares scope, cost and the parameters of its path', (_name, route) => {
    const inPath = [...route.path.matchAll(/:([a-zA-Z]+)/g)].map((match) => match[1]);
    const declared = Object.keys((route.params as z.ZodMiniObject).shape);

    expect(['public', 'firstFactor', 'user', 'device']).toContain(route.scope);
    expect(Object.keys(rateLimits)).toContain(route.cost);
    expect(declared.sort()).toEqual(inPath.sort());
  });

  it.each(all)('%s can be written as JSON Schema', (_name, route) => {
    for (const schema of [route.params, route.query, route.body, route.response])
      expect(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })).toHaveProperty(
        'type',
      );
  });
});
