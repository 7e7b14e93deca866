import type { Action } from '../../shared/client/use-action.ts';
import { td } from '../../shared/i18n/device.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';
import { QrScanner } from '../../shared/ui/QrScanner.tsx';
import { scanErrorWords } from './link-error-words.ts';

export interface ScanCodeProps {
  scan: Action<string>;
  /** To the digits; null where there is no request to compare them for. */
  onBack: (() => void) | null;
}

export function ScanCode({ scan, onBack }: ScanCodeProps) {
  return (
    <div className="flex flex-col gap-4">
      <QrScanner onText={scan.run} />
      {scan.error && <Notice tone="danger">{scanErrorWords(scan.error)}</Notice>}
      {onBack ? (
        <Button wide onClick={onBack}>
          {td('request.compare')}
        </Button>
      ) : (
        <p className="text-dense text-muted">{td('add.noCamera', { look: td('request.look') })}</p>
      )}
    </div>
  );
}
