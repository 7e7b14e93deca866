/** `npm start`: the relay, and the embedded Supabase unless the environment names one. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startLocalSupabase } from '@sotto/local-supabase';
import { assertPortFree } from './assert-port-free.ts';
import { ConfigError, readConfig } from './config.ts';
import type { RelayConfig, SupabaseConfig } from './config.ts';
import { createLog, describeError } from './gateway/log.ts';
import type { Log } from './gateway/log.ts';
import { startRelay } from './start-relay.ts';
import type { Relay } from './start-relay.ts';

const webRoot = fileURLToPath(new URL('../../web/dist', import.meta.url));
const migrations = fileURLToPath(new URL('../../../supabase/migrations', import.meta.url));

interface Backing {
  supabase: SupabaseConfig;
  stop(): Promise<void>;
}

async function startEmbedded(config: RelayConfig, siteUrl: string, log: Log): Promise<Backing> {
  const stack = await startLocalSupabase({
    dataDir: config.dataDirectory,
    siteUrl,
    migrationsDir: migrations,
    auth: config.auth,
    log: (level, message) => log[level](message),
    onOperatorMessage: ({ kind, email, code, link }) => {
      // Without mail this is how a person gets a code: from whoever runs the server.
      process.stdout.write(`\n${kind} for ${email}: ${code}${link ? `\n${link}` : ''}\n\n`);
    },
    ...(config.publicUrl === undefined ? {} : { publicUrl: config.publicUrl }),
  });
  const { url, publishableKey, secretKey, issuer, databaseUrl } = stack;
  return {
    supabase: { url, publishableKey, secretKey, issuer, databaseUrl },
    stop: () => stack.stop(),
  };
}

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLog(config.logLevel);
  const address = config.publicUrl ?? `http://localhost:${config.port}`;
  let relay: Relay | undefined;
  let backing: Backing | undefined;
  let ending: Promise<void> | undefined;
  const end = async () => {
    await relay?.stop();
    await backing?.stop();
  };
  const onSignal = () => {
    // A second one means it: the shell's default, at once.
    if (ending) process.exit(1);
    ending = end().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ error: describeError(error) }, 'stopped with an error');
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  // `npm start` holds a channel to this process; when it is gone, nobody would end the relay.
  process.on('disconnect', () => {
    if (!ending) onSignal();
  });
  process.channel?.unref();

  await assertPortFree(config.host, config.port);
  try {
    backing = config.supabase
      ? { supabase: config.supabase, stop: () => Promise.resolve() }
      : await startEmbedded(config, address, log);
    relay = await startRelay({
      port: config.port,
      host: config.host,
      supabase: backing.supabase,
      proxySupabase: config.supabase === undefined,
      log,
      publicUrl: config.publicUrl,
      allowedOrigins: config.allowedOrigins,
      trustedProxies: config.trustedProxies,
      metricsToken: config.metricsToken,
      webRoot: existsSync(webRoot) ? webRoot : undefined,
    });
  } catch (error) {
    await end();
    throw error;
  }
  const data = config.supabase ? config.supabase.url : resolve(config.dataDirectory);
  process.stdout.write(`\n  Sotto   ${config.publicUrl ?? relay.url}\n  Data    ${data}\n\n`);
}

main().catch((error: unknown) => {
  if (error instanceof ConfigError) process.stderr.write(`${error.message}\n`);
  else process.stderr.write(`Sotto could not start: ${(error as Error)?.message}\n`);
  process.exit(error instanceof ConfigError ? 64 : 1);
});
