import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { databaseError, unavailable } from './database-error.ts';

/** Where PostgREST is and with which key it is asked. */
export interface PostgrestOptions {
  /** Base of `/rest/v1`; no slash at the end. */
  url: string;
  secretKey: string;
  /** Connections kept open; more requests than this wait. */
  maxSockets?: number;
  timeoutMs?: number;
}

const maxAnswerBytes = 64 * 1024 * 1024;

/**
 * Calls database functions through PostgREST on kept-alive connections. One slow answer holds one
 * connection, never the relay: every call ends within the timeout.
 */
export class PostgrestClient {
  readonly #base: URL;
  readonly #headers: Record<string, string>;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #timeoutMs: number;

  constructor(options: PostgrestOptions) {
    this.#base = new URL(`${options.url}/rest/v1/rpc/`);
    const secure = this.#base.protocol === 'https:';
    const agentOptions = { keepAlive: true, maxSockets: options.maxSockets ?? 32 };
    this.#agent = secure ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions);
    this.#timeoutMs = options.timeoutMs ?? 10_000;
    this.#headers = {
      apikey: options.secretKey,
      // A new secret key is opaque and must not be sent as a bearer; a legacy one is a token.
      ...(options.secretKey.startsWith('sb_')
        ? {}
        : { authorization: `Bearer ${options.secretKey}` }),
      accept: 'application/json',
      'content-type': 'application/json',
    };
  }

  /**
   * @throws ProtocolError with the code the function raised, `unavailable` when the database cannot
   *   be reached or is too slow, `internal` for the rest.
   */
  async call(functionName: string, parameters: Record<string, unknown>): Promise<unknown> {
    const body = Buffer.from(JSON.stringify(parameters));
    const { status, text } = await this.#post(new URL(functionName, this.#base), body);
    const answer = parseJson(text);
    if (status >= 200 && status < 300) return answer;
    const code =
      answer !== null && typeof answer === 'object' && 'code' in answer ? answer.code : undefined;
    const cause = new Error(`${functionName}: HTTP ${status} ${String(code)}`);
    // A gateway that is up while its database is not answers 5xx without a code of PostgreSQL.
    if (typeof code !== 'string') {
      throw status >= 500 ? unavailable(cause) : databaseError('unknown', cause);
    }
    throw databaseError(code, cause);
  }

  close(): void {
    this.#agent.destroy();
  }

  #post(url: URL, body: Buffer): Promise<{ status: number; text: string }> {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const request = send(
        url,
        {
          method: 'POST',
          agent: this.#agent,
          headers: { ...this.#headers, 'content-length': body.length },
          signal: AbortSignal.timeout(this.#timeoutMs),
        },
        (response) => {
          const chunks: Buffer[] = [];
          let length = 0;
          response.on('data', (chunk: Buffer) => {
            length += chunk.length;
            if (length > maxAnswerBytes) response.destroy(new Error('answer too long'));
            else chunks.push(chunk);
          });
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              text: Buffer.concat(chunks).toString('utf8'),
            }),
          );
          response.on('error', (cause) => reject(unavailable(cause)));
        },
      );
      request.on('error', (cause) => reject(unavailable(cause)));
      request.end(body);
    });
  }
}

function parseJson(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
