import type { UserId } from '@sotto/protocol';
import type { ScanOutcome } from '@sotto/client';
import { useState } from 'react';
import { useClient } from '../../shared/client/client-context.ts';
import { errorWords } from '../../shared/client/error-words.ts';
import { useAction } from '../../shared/client/use-action.ts';
import { tc } from '../../shared/i18n/contact.ts';
import { Notice } from '../../shared/ui/Notice.tsx';
import { QrScanner } from '../../shared/ui/QrScanner.tsx';
import { scanWords } from './contact-model.ts';

export interface ScanCodeProps {
  userId: UserId;
  name: string;
}

export function ScanCode({ userId, name }: ScanCodeProps) {
  const client = useClient();
  const [outcome, setOutcome] = useState<ScanOutcome | null>(null);
  const scan = useAction(
    (scanned: string) => client.scanSafetyCode({ userId, scanned }),
    (result) => setOutcome(result.outcome),
  );
  const said = outcome && scanWords(outcome, name);
  return (
    <div className="mx-auto flex w-full max-w-80 flex-col gap-4">
      {said && <Notice tone={said.tone}>{said.words}</Notice>}
      {scan.error && <Notice tone="danger">{errorWords(scan.error)}</Notice>}
      {outcome !== 'match' && <QrScanner onText={scan.run} />}
      {outcome === null && (
        <p className="text-dense text-muted">{tc('scanHint', { name, open: tc('open') })}</p>
      )}
    </div>
  );
}
