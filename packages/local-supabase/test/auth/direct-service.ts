import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { createAuthService, GATEWAY_ROLE_HEADER } from '../../src/auth/index.ts';
import type { AuthService, AuthServiceOptions, SigningKey } from '../../src/auth/index.ts';
import type { TestDatabase } from '../../src/testing/index.ts';

/** An auth service without the gateway, for what only its options reach. */
export interface DirectService {
  service: AuthService;
  post(path: string, body: unknown): Promise<Response>;
  get(path: string, token?: string): Promise<Response>;
  stop(): Promise<void>;
}

/** Starts a service on a database; several may share one. */
export async function startDirectService(
  database: TestDatabase,
  options: Omit<AuthServiceOptions, 'pool' | 'issuer'>,
): Promise<DirectService> {
  const pool = new pg.Pool({ connectionString: database.urlFor('supabase_auth_admin'), max: 4 });
  pool.on('error', () => undefined);
  const service = createAuthService({
    ...options,
    pool,
    issuer: 'http://sotto.test/auth/v1',
  });
  const server = createServer((request, response) => {
    request.headers[GATEWAY_ROLE_HEADER] = 'anon';
    void service.handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    service,
    post: (path, body) => fetch(url + path, { method: 'POST', body: JSON.stringify(body) }),
    get: (path, token) =>
      fetch(url + path, {
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      }),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await service.close();
      await pool.end();
    },
  };
}

/** A fresh signing key. */
export function someSigningKey(kid: string): SigningKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x, y, d } = privateKey.export({ format: 'jwk' });
  if (x === undefined || y === undefined || d === undefined) throw new Error('not an EC key');
  return { kty: 'EC', crv: 'P-256', kid, x, y, d };
}
