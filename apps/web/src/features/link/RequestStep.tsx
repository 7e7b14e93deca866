import type { LinkRequest } from '@sotto/client';
import { ScanQrCode } from 'lucide-react';
import { td } from '../../shared/i18n/device.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';
import { Spinner } from '../../shared/ui/Spinner.tsx';
import { LinkCode } from './LinkCode.tsx';
import { TimeLeft } from './TimeLeft.tsx';
import { requestErrorWords } from './link-error-words.ts';
import type { RequestActions } from './use-request.ts';

export interface RequestStepProps {
  request: LinkRequest;
  actions: RequestActions;
}

function Explanation({ request: { step, code } }: { request: LinkRequest }) {
  switch (step) {
    case 'new':
      return <p>{td('request.fromYou')}</p>;
    case 'waiting':
      return (
        <output className="flex items-center gap-2">
          <Spinner />
          {td('request.waiting')}
        </output>
      );
    case 'comparing':
      return (
        <>
          <p>{td('request.comparing')}</p>
          {code !== null && <LinkCode code={code} label={td('request.code')} />}
          <p className="text-dense text-muted">{td('request.comparingHint')}</p>
        </>
      );
    case 'scanned':
      return (
        <>
          <Notice tone="ok">{td('request.scanned')}</Notice>
          <p>{td('request.letInHint')}</p>
          {code !== null && (
            <p className="text-dense text-muted">
              {td('request.scannedCode')}{' '}
              <span className="font-mono whitespace-nowrap text-ink tabular-nums">{code}</span>
            </p>
          )}
        </>
      );
    case 'busy':
      return <p>{td('request.busy')}</p>;
    case 'delivered':
      return null;
  }
}

function Ways({ request: { step, linkId }, actions }: RequestStepProps) {
  const { approve, compare, startScan } = actions;
  switch (step) {
    case 'new':
      return (
        <>
          <Button
            variant="primary"
            wide
            pending={compare.pending}
            onClick={() => compare.run(linkId)}
          >
            {td('request.compare')}
          </Button>
          <Button wide onClick={startScan}>
            <ScanQrCode aria-hidden className="size-4" />
            {td('request.scan')}
          </Button>
        </>
      );
    case 'comparing':
    case 'scanned':
      return (
        <Button
          variant="primary"
          wide
          pending={approve.pending}
          onClick={() => approve.run(linkId)}
        >
          {td(step === 'comparing' ? 'request.same' : 'request.letIn')}
        </Button>
      );
    case 'waiting':
    case 'busy':
    case 'delivered':
      return null;
  }
}

/** One step of a request: what is known, and what can be done now. Refusing is always possible. */
export function RequestStep({ request, actions }: RequestStepProps) {
  const { compare, approve, decline } = actions;
  const error = decline.error ?? approve.error ?? compare.error;
  const comparing = request.step === 'comparing';
  return (
    <div className="flex flex-col gap-4">
      <div aria-live="polite" className="flex flex-col gap-4">
        <Explanation request={request} />
      </div>
      {error && <Notice tone="danger">{requestErrorWords(error)}</Notice>}
      <div className="flex flex-col gap-2">
        <Ways request={request} actions={actions} />
        <Button
          variant="danger"
          wide
          pending={decline.pending}
          onClick={() => decline.run({ id: request.linkId, why: comparing ? 'mismatch' : 'notMe' })}
        >
          {td(comparing ? 'request.different' : 'request.notMe')}
        </Button>
      </div>
      <TimeLeft endsAtMs={request.expiresAtMs} words={(time) => td('request.left', { time })} />
    </div>
  );
}
