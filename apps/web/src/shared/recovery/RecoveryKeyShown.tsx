import { Printer, Save } from 'lucide-react';
import { ta } from '../i18n/app.ts';
import { saveTextFile } from '../save-text-file.ts';
import { Button } from '../ui/Button.tsx';
import { CopyButton } from '../ui/CopyButton.tsx';
import { Notice } from '../ui/Notice.tsx';
import { RecoveryKeyCard } from './RecoveryKeyCard.tsx';

export interface RecoveryKeyShownProps {
  groups: readonly string[];
  onNext(): void;
}

/** The key, ways to keep it, and what happens without it. */
export function RecoveryKeyShown({ groups, onNext }: RecoveryKeyShownProps) {
  const text = groups.join(' ');
  const save = () => saveTextFile(ta('recovery.fileName'), ta('recovery.fileText', { key: text }));
  return (
    <>
      <RecoveryKeyCard groups={groups} />
      <div className="no-print grid grid-cols-3 gap-2 *:px-2">
        <CopyButton text={text} />
        <Button onClick={save}>
          <Save aria-hidden className="size-4" />
          {ta('recovery.save')}
        </Button>
        <Button onClick={() => window.print()}>
          <Printer aria-hidden className="size-4" />
          {ta('recovery.print')}
        </Button>
      </div>
      <div className="no-print flex flex-col gap-4">
        <Notice tone="warn">{ta('recovery.cannot')}</Notice>
        <Button variant="primary" wide onClick={onNext}>
          {ta('recovery.next')}
        </Button>
      </div>
    </>
  );
}
