import { request as send } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { lost } from './script.ts';
import type { HttpAnswer, HttpRequest, Script } from './script.ts';

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Undefined for anything that is not JSON. */
function parsed(bytes: Buffer, contentType: string | undefined): unknown {
  if (!contentType?.includes('json') || bytes.length === 0) return undefined;
  try {
    return JSON.parse(bytes.toString()) as unknown;
  } catch {
    return undefined;
  }
}

/** The auth service is reached through the relay: its address must not lead past the liar. */
const renamed = (bytes: Buffer, { origin }: URL, ownOrigin: string): Buffer =>
  Buffer.from(bytes.toString().replaceAll(origin, ownOrigin));

function passOn(
  target: URL,
  incoming: IncomingMessage,
  body: Buffer,
): Promise<{ answer: IncomingMessage; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    const headers = { ...incoming.headers, 'content-length': String(body.length) };
    // Compressed answers could not be edited.
    delete headers['accept-encoding'];
    const outgoing = send(
      {
        host: target.hostname,
        port: target.port,
        method: incoming.method,
        path: incoming.url,
        headers,
      },
      (answer) => {
        readAll(answer).then((bytes) => resolve({ answer, bytes }), reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function answerWith(response: ServerResponse, { status, body }: HttpAnswer): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(text);
}

/** Answers one request as the script says. */
export async function serveHttp(options: {
  target: URL;
  /** Where clients find the liar: named in answers wherever the relay names itself. */
  ownOrigin: string;
  script: () => Script;
  record: (bytes: Uint8Array) => void;
  incoming: IncomingMessage;
  response: ServerResponse;
}): Promise<void> {
  const { target, ownOrigin, script, record, incoming, response } = options;
  const url = new URL(incoming.url ?? '/', target);
  let bytes = await readAll(incoming);
  record(Buffer.from(`${incoming.method} ${incoming.url}\n${JSON.stringify(incoming.headers)}\n`));
  record(bytes);
  const request: HttpRequest = {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    body: parsed(bytes, incoming.headers['content-type']),
  };
  const decision = script().onRequest?.(request);
  if (decision === lost) return void response.destroy();
  if (decision && 'answer' in decision) return answerWith(response, decision.answer);
  if (decision && decision.body !== request.body) {
    request.body = decision.body;
    bytes = Buffer.from(JSON.stringify(decision.body));
  }
  const relayed = await passOn(target, incoming, bytes);
  record(relayed.bytes);
  const status = relayed.answer.statusCode ?? 502;
  const type = relayed.answer.headers['content-type'];
  const passed = type?.includes('json') ? renamed(relayed.bytes, target, ownOrigin) : relayed.bytes;
  const body = parsed(passed, type);
  const hook = script().onAnswer;
  if (hook) {
    const changed = hook(request, { status, body });
    if (changed === lost) return void response.destroy();
    if (changed.status !== status || changed.body !== body) return answerWith(response, changed);
  }
  const headers = { ...relayed.answer.headers };
  delete headers['transfer-encoding'];
  response.writeHead(status, { ...headers, 'content-length': String(passed.length) });
  response.end(passed);
}
