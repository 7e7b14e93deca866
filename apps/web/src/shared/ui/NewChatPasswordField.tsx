import { Sparkles } from 'lucide-react';
import { useRef, useState } from 'react';
import { useClient } from '../client/client-context.ts';
import { useAction } from '../client/use-action.ts';
import { usePasswordEstimate } from '../client/use-password-estimate.ts';
import { ta } from '../i18n/app.ts';
import { CopyButton } from './CopyButton.tsx';
import { PasswordField } from './PasswordField.tsx';
import { StrengthMeter } from './StrengthMeter.tsx';

export interface NewChatPasswordFieldProps {
  name: string;
  label: string;
  error?: string | undefined;
}

/** A new chat password with its strength, and a passphrase for whoever wants one. */
export function NewChatPasswordField({ name, label, error }: NewChatPasswordFieldProps) {
  const client = useClient();
  const input = useRef<HTMLInputElement>(null);
  const { estimate, look } = usePasswordEstimate();
  const [suggested, setSuggested] = useState<string | null>(null);
  const suggest = useAction(
    () => client.suggestPassphrase(),
    (passphrase) => {
      setSuggested(passphrase);
      if (input.current) input.current.value = passphrase;
      look(passphrase);
    },
  );
  return (
    <div className="flex flex-col gap-3">
      <PasswordField
        ref={input}
        name={name}
        label={label}
        autoComplete="section-chat new-password"
        error={error}
        onInput={look}
        hint={<StrengthMeter estimate={estimate} />}
      />
      <div className="flex flex-col gap-2 rounded-card bg-sunken p-3">
        {suggested && (
          <div className="flex items-center gap-2">
            <output className="flex-1 font-mono text-message select-all" aria-live="polite">
              {suggested}
            </output>
            <CopyButton text={suggested} />
          </div>
        )}
        {suggested && <p className="text-dense text-muted">{ta('chatPassword.suggested')}</p>}
        <button
          type="button"
          onClick={() => suggest.run(undefined)}
          className="target inline-flex items-center gap-2 self-start rounded-control text-dense font-medium text-link"
        >
          <Sparkles aria-hidden className="size-4" />
          {suggested ? ta('chatPassword.suggestAnother') : ta('chatPassword.suggest')}
        </button>
      </div>
    </div>
  );
}
