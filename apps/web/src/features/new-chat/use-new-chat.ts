import type { ChatId, Profile } from '@sotto/protocol';
import { useState } from 'react';
import { useClient } from '../../shared/client/client-context.ts';
import { useAction } from '../../shared/client/use-action.ts';
import { useSession } from '../../shared/client/use-store.ts';
import { useForm } from '../../shared/forms/use-form.ts';
import type { Values } from '../../shared/forms/use-form.ts';
import { ta } from '../../shared/i18n/app.ts';

const fields = ['handle'] as const;
type Field = (typeof fields)[number];

export function useNewChat(onStarted: (chatId: ChatId) => void) {
  const client = useClient();
  const session = useSession();
  const [person, setPerson] = useState<Profile | null>(null);
  const find = useAction((input: Values<Field>) => client.findPerson(input), setPerson);
  const start = useAction(
    (found: Profile) => client.startChat({ userId: found.userId }),
    ({ chatId }) => onStarted(chatId),
  );
  const form = useForm<Field>({
    names: fields,
    check: ({ handle }) => (handle.trim() === '' ? { handle: ta('newChat.missing') } : {}),
    submit: (values) => {
      setPerson(null);
      start.reset();
      find.run(values);
    },
    error: find.error,
    fieldOf: { handle_invalid: 'handle', not_found: 'handle' },
    words: { not_found: ta('newChat.notFound') },
  });
  const self = session.phase === 'ready' && person?.userId === session.profile.userId;
  return { form, finding: find.pending, person, self, start };
}
