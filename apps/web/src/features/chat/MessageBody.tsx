import type { MessageBody as Body } from '@sotto/client';
import { CircleHelp, Lock } from 'lucide-react';
import { ta } from '../../shared/i18n/app.ts';
import { splitLinks } from './link-model.ts';

/** Text only, never markup; a message that cannot be opened says why and what to do. */
export function MessageBody({ body }: { body: Body }) {
  switch (body.kind) {
    case 'text':
      return (
        <span
          dir="auto"
          className="text-message whitespace-pre-wrap text-ink [unicode-bidi:plaintext]"
        >
          {splitLinks(body.text).map((part, index) =>
            part.kind === 'text' ? (
              part.text
            ) : (
              <span key={`${index}-${part.href}`}>
                <a
                  href={part.href}
                  target="_blank"
                  rel="noopener noreferrer"
                  className="text-link underline underline-offset-2"
                >
                  <bdi>{part.text}</bdi>
                </a>
                {part.host !== null && (
                  <bdi className="text-dense text-muted">
                    {' '}
                    ({ta('message.linkReal', { host: part.host })})
                  </bdi>
                )}
              </span>
            ),
          )}
        </span>
      );
    case 'unknown':
      return (
        <p className="flex gap-2 text-dense text-muted">
          <CircleHelp aria-hidden className="mt-px size-4 shrink-0" />
          <span>
            {ta('message.unknown')} {ta('message.unknownRemedy')}
          </span>
        </p>
      );
    case 'unreadable':
      return (
        <p className="flex gap-2 text-dense text-muted">
          <Lock aria-hidden className="mt-px size-4 shrink-0" />
          <span>
            {ta(`message.${body.cause}`)} {ta(`message.${body.cause}Remedy`)}
          </span>
        </p>
      );
  }
}
