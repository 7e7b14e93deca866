import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { ta } from '../i18n/app.ts';
import { Button } from './Button.tsx';

export interface CopyButtonProps {
  text: string;
  label?: string;
}

/** Says "Copied" only after the clipboard took it. */
export function CopyButton({ text, label = ta('common.copy') }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);

  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2500);
    return () => clearTimeout(timer);
  }, [copied]);

  function copy(): void {
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  }

  const Icon = copied ? Check : Copy;
  return (
    <Button onClick={copy}>
      <Icon aria-hidden className="size-4" />
      <span aria-live="polite">{copied ? ta('common.copied') : label}</span>
    </Button>
  );
}
