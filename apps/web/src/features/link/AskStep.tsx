import type { LinkState } from '@sotto/client';
import { td } from '../../shared/i18n/device.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { QrCode } from '../../shared/ui/QrCode.tsx';
import { Spinner } from '../../shared/ui/Spinner.tsx';
import { LinkCode } from './LinkCode.tsx';
import { TimeLeft } from './TimeLeft.tsx';

export interface AskStepProps {
  link: LinkState;
  confirming: boolean;
  match(): void;
  differ(): void;
}

/** What there is to see and to say while another device is asked. */
export function AskStep({ link, confirming, match, differ }: AskStepProps) {
  switch (link.step) {
    case 'waiting':
      return (
        <div className="flex flex-col items-center gap-3 text-center">
          <QrCode text={link.qr} label={td('ask.qr')} />
          <p>{td('ask.qrHint')}</p>
          <TimeLeft endsAtMs={link.expiresAtMs} words={(time) => td('ask.left', { time })} />
        </div>
      );
    case 'comparing':
      return (
        <>
          <LinkCode code={link.code} label={td('ask.code')} />
          <div className="flex flex-col gap-2">
            <Button variant="primary" wide pending={confirming} onClick={match}>
              {td('ask.match')}
            </Button>
            <Button variant="danger" wide onClick={differ}>
              {td('ask.differ')}
            </Button>
          </div>
        </>
      );
    case 'joining':
      return (
        <output className="flex justify-center py-6">
          <Spinner />
          <span className="sr-only">{td('ask.joining')}</span>
        </output>
      );
    case 'ended':
      return null;
  }
}
