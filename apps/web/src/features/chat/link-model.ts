export type TextPart =
  | { kind: 'text'; text: string }
  /** `host`: where it really leads, when the written address could make believe otherwise. */
  | { kind: 'link'; text: string; href: string; host: string | null };

const address = /https?:\/\/[^\s<>"'`]+/giu;
/** Punctuation that ends a sentence rather than an address. */
const trailing = /[.,;:!?…)\]}»”’]+$/u;

/** Letters of other scripts, or characters that turn text round or vanish. */
// eslint-disable-next-line no-control-regex -- anything outside of printable ASCII is suspicious here
const suspicious = /[^\u0021-\u007e]/u;

function splitTrailing(found: string): [string, string] {
  const end = trailing.exec(found)?.[0] ?? '';
  // "(see https://a.example/b_(c))": a closing bracket stays when its opening is in the address.
  const open = found.slice(0, found.length - end.length);
  if (end.startsWith(')') && open.includes('(')) return [`${open})`, end.slice(1)];
  return [open, end];
}

function toLink(text: string): TextPart {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return { kind: 'text', text };
  }
  const written = text.replace(/^https?:\/\//iu, '').split(/[/?#]/u)[0] ?? '';
  const disguised =
    suspicious.test(text) || url.username !== '' || written.toLowerCase() !== url.host;
  return { kind: 'link', text, href: url.href, host: disguised ? url.host : null };
}

/** Splits a message into text and plain web addresses. No other scheme ever becomes a link. */
export function splitLinks(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  const push = (plain: string): void => {
    const last = parts.at(-1);
    if (plain === '') return;
    if (last?.kind === 'text') last.text += plain;
    else parts.push({ kind: 'text', text: plain });
  };
  for (const match of text.matchAll(address)) {
    const [link, rest] = splitTrailing(match[0]);
    push(text.slice(end, match.index));
    const part = toLink(link);
    if (part.kind === 'link') parts.push(part);
    else push(part.text);
    push(rest);
    end = match.index + match[0].length;
  }
  push(text.slice(end));
  return parts;
}
