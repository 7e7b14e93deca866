import { once } from 'node:events';
import { createServer } from 'node:net';
import { ConfigError } from './config.ts';

/**
 * Looks before anything else is started: a port that is taken should not cost a database first.
 * @throws ConfigError when the address cannot be listened on.
 */
export async function assertPortFree(host: string, port: number): Promise<void> {
  if (port === 0) return;
  const server = createServer();
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new ConfigError([
      code === 'EADDRINUSE'
        ? `PORT: ${port} is in use on ${host}; set PORT to a free one`
        : `PORT, HOST: cannot listen on ${host}:${port} (${code ?? 'unknown'})`,
    ]);
  }
  server.close();
  await once(server, 'close');
}
