import { limits, ProtocolError } from '@sotto/protocol';

/**
 * Parses a request body. Depth is counted in the text first, so that no parser meets what is deeper
 * than any schema.
 * @throws ProtocolError `bad_request`.
 */
export function parseJsonBody(text: string, maxDepth: number = limits.jsonDepth): unknown {
  assertDepth(text, maxDepth);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    // The parser's message quotes the body.
    throw new ProtocolError('bad_request', { cause: (cause as Error).name });
  }
}

function assertDepth(text: string, maxDepth: number): void {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (inString) {
      if (character === '\\') at++;
      else if (character === '"') inString = false;
    } else if (character === '"') {
      inString = true;
    } else if (character === '{' || character === '[') {
      if (++depth > maxDepth) throw new ProtocolError('bad_request');
    } else if (character === '}' || character === ']') {
      depth--;
    }
  }
}
