import { deviceHeader, errorBodySchema, errorTable, routes } from '@sotto/protocol';
import type { Route } from '@sotto/protocol';
import * as z from 'zod/mini';

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document of the route table. Bytes are strings of unpadded base64url. */
export function openApiDocument(): Json {
  const paths: Record<string, Json> = {};
  for (const [name, route] of Object.entries(routes) as [string, Route][]) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(name, route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Sotto relay', version: '1', description: 'Errors carry a code of one table.' },
    paths,
    components: {
      schemas: { Error: schemaOf(errorBodySchema) },
      responses: errorResponses(),
      securitySchemes: {
        accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        device: { type: 'apiKey', in: 'header', name: deviceHeader },
      },
    },
  };
}

const security: Record<Route['scope'], Json[]> = {
  public: [],
  firstFactor: [{ accessToken: [] }],
  user: [{ accessToken: [] }],
  device: [{ accessToken: [], device: [] }],
};

function operation(name: string, route: Route): Json {
  return {
    operationId: name,
    summary: route.summary,
    security: security[route.scope],
    parameters: [...parameters(route.params, 'path'), ...parameters(route.query, 'query')],
    ...(route.method === 'GET'
      ? {}
      : { requestBody: { required: true, content: json(schemaOf(route.body)) } }),
    responses: {
      200: { description: 'OK', content: json(schemaOf(route.response)) },
      ...(name === 'ready'
        ? { 503: { description: 'Not ready', content: json(schemaOf(route.response)) } }
        : {}),
      default: { description: 'An error', content: json({ $ref: '#/components/schemas/Error' }) },
    },
  };
}

function parameters(schema: z.ZodMiniType, where: 'path' | 'query'): Json[] {
  const { properties = {}, required = [] } = schemaOf(schema) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema: property,
  }));
}

function errorResponses(): Json {
  return Object.fromEntries(
    Object.entries(errorTable).map(([code, { meaning }]) => [
      code,
      { description: meaning, content: json({ $ref: '#/components/schemas/Error' }) },
    ]),
  );
}

const json = (schema: Json) => ({ 'application/json': { schema } });

/** What travels, not what the program holds: the input side of codecs. */
function schemaOf(schema: z.ZodMiniType): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest;
}
