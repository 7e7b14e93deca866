import { clientEvents, errorTable, limits, rateLimits, relayEvents, routes } from '@sotto/protocol';

const code = (text: string) => `\`${text}\``;
const fields = (schema: { shape: object }) => Object.keys(schema.shape).map(code).join(', ');
const yes = (value: boolean) => (value ? 'yes' : '');

/** The tables of `docs/protocol.md` that repeat what the protocol says, as rows of cells. */
export const protocolTables: Record<string, string[][]> = {
  'client events': [
    ['event', 'cost', 'request', 'answer'],
    ...Object.values(clientEvents).map(({ name, cost, request, response }) => [
      code(name),
      code(cost),
      fields(request),
      fields(response),
    ]),
  ],
  'relay events': [
    ['event', 'body'],
    ...Object.values(relayEvents).map(({ name, body }) => [code(name), fields(body)]),
  ],
  routes: [
    ['route', 'scope', 'cost', 'does'],
    ...Object.values(routes).map(({ method, path, scope, cost, summary }) => [
      code(`${method} ${path}`),
      scope,
      code(cost),
      summary,
    ]),
  ],
  errors: [
    ['code', 'HTTP', 'retry', 'closes the socket', 'meaning'],
    ...Object.entries(errorTable).map(([name, error]) => [
      code(name),
      String(error.httpStatus),
      yes(error.retryable),
      yes(error.closesSocket),
      error.meaning,
    ]),
  ],
  limits: [
    ['limit', 'value'],
    ...Object.entries(limits).map(([name, value]) => [code(name), value.toLocaleString('en')]),
  ],
  rates: [
    ['class', 'requests', 'in seconds'],
    ...Object.entries(rateLimits).map(([name, { points, perSeconds }]) => [
      code(name),
      String(points),
      String(perSeconds),
    ]),
  ],
};

/** The cells of the table under `<!-- name -->`. */
export function tableIn(page: string, name: string): string[][] {
  const [, table = ''] = page.split(`<!-- ${name} -->`);
  const [rows = ''] = table.split('<!-- end -->');
  return rows
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^[|\s-]+$/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}
