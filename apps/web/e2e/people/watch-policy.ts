import type { Desk } from './desk.ts';

const mark = 'policy violation:';

function reportViolations(prefix: string): void {
  addEventListener('securitypolicyviolation', (event) => {
    console.error(prefix, event.violatedDirective, event.blockedURI, event.sourceFile);
  });
}

/** Notes into `violations` each breach of the content policy, uncaught error and request to another origin. */
export async function watchPolicy({ context, wire }: Desk, violations: string[]): Promise<void> {
  await context.addInitScript(reportViolations, mark);
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol !== 'data:' && url.protocol !== 'blob:' && url.origin !== wire.origin) {
      violations.push(`request to ${request.url()}`);
    }
  });
  context.on('console', (message) => {
    const text = message.text();
    if (text.startsWith(mark) || /content security policy|trusted ?type/i.test(text)) {
      violations.push(text);
    }
  });
  context.on('weberror', (error) => violations.push(`uncaught: ${String(error.error())}`));
}
