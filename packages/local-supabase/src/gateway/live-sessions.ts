/**
 * Whether the session of a token still exists, so that signing out counts at once and not only when
 * the token expires.
 *
 * Answers are kept for a few seconds. They are dropped when the database says that a session ended
 * or an account changed (triggers on `auth.sessions` and `auth.users` notify), and nothing is kept while a request that may end sessions
 * is being handled, or while the connection that hears the notifications is down.
 */
import pg from 'pg';
import type { StackLog } from '../stack/stack-log.ts';

/** Answers whether a session is live, and is told of requests that may end sessions. */
export interface LiveSessions {
  /** True when the session exists, has not passed its end, and its user is neither banned nor deleted. */
  sessionExists(sessionId: string, userId: string): Promise<boolean>;
  /** Forgets everything; call the result when the change is over. */
  beginChange(): () => void;
  stop(): Promise<void>;
}

/** What {@link createLiveSessions} needs. */
export interface LiveSessionsOptions {
  /** Connects as `supabase_auth_admin`. */
  readonly pool: Pick<pg.Pool, 'query'>;
  /** For the connection that listens. */
  readonly databaseUrl: string;
  readonly log: StackLog;
}

const keepMs = 5_000;
const maxKept = 20_000;
const reconnectMs = 1_000;

/** Starts listening in the background; until that works every answer comes from the database. */
export function createLiveSessions(options: LiveSessionsOptions): LiveSessions {
  const kept = new Map<string, number>();
  let generation = 0;
  let changes = 0;
  let listening = false;
  let stopped = false;
  let listener: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;

  const forget = (): void => {
    generation++;
    kept.clear();
  };

  const listen = async (): Promise<void> => {
    const client = new pg.Client({
      connectionString: options.databaseUrl,
      application_name: 'gateway sessions',
      keepAlive: true,
    });
    listener = client;
    client.on('notification', forget);
    client.on('error', () => undefined);
    client.once('end', () => {
      listening = false;
      forget();
      if (stopped) return;
      timer = setTimeout(() => void listen(), reconnectMs);
      timer.unref();
    });
    try {
      await client.connect();
      await client.query('listen auth_session_ended');
      listening = true;
    } catch (cause) {
      if (!stopped) options.log('warn', `Sessions are read anew each time: ${String(cause)}`);
      await client.end().catch(() => undefined);
    }
  };
  const started = listen();

  return {
    async sessionExists(sessionId, userId) {
      const key = `${sessionId} ${userId}`;
      const until = kept.get(key);
      if (until !== undefined && until > Date.now()) return true;
      const before = generation;
      const { rows } = await options.pool.query<{ seconds_left: number | null }>(
        `select extract(epoch from sessions.not_after - now())::float8 as seconds_left
         from auth.sessions join auth.users on users.id = sessions.user_id
         where sessions.id = $1 and sessions.user_id = $2
           and (sessions.not_after is null or sessions.not_after > now())
           and (users.banned_until is null or users.banned_until <= now())
           and users.deleted_at is null`,
        [sessionId, userId],
      );
      const [row] = rows;
      if (!row) return false;
      if (listening && changes === 0 && generation === before) {
        if (kept.size >= maxKept) kept.clear();
        kept.set(key, Date.now() + Math.min(keepMs, (row.seconds_left ?? Infinity) * 1000));
      }
      return true;
    },
    beginChange() {
      changes++;
      forget();
      return () => {
        changes--;
        forget();
      };
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await started;
      await listener?.end().catch(() => undefined);
    },
  };
}
