import { ta } from '../i18n/app.ts';
import { Button } from './Button.tsx';
import { Notice } from './Notice.tsx';
import { useQrScanner } from './use-qr-scanner.ts';

export interface QrScannerProps {
  /** Called with each different text that is read. */
  onText(text: string): void;
}

/** The camera's picture, and what to do where there is none. Mounting it is what asks for the camera. */
export function QrScanner({ onText }: QrScannerProps) {
  const { video, state, retry } = useQrScanner(onText);
  const works = state === 'starting' || state === 'scanning';
  return (
    <div className="flex flex-col gap-3">
      <video
        ref={video}
        muted
        playsInline
        aria-label={ta('scan.picture')}
        className={works ? 'aspect-square w-full rounded-card bg-sunken object-cover' : 'hidden'}
      />
      {works ? (
        <output className="text-dense text-muted">
          {ta(state === 'starting' ? 'scan.starting' : 'scan.hint')}
        </output>
      ) : (
        <>
          <Notice tone="warn">{ta(`scan.${state}`)}</Notice>
          <Button className="self-start" onClick={retry}>
            {ta('scan.retry')}
          </Button>
        </>
      )}
    </div>
  );
}
