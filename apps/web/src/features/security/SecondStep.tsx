import { ShieldCheck, ShieldOff } from 'lucide-react';
import { useState } from 'react';
import { ts } from '../../shared/i18n/security.ts';
import { Block } from '../../shared/ui/Block.tsx';
import { Button } from '../../shared/ui/Button.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';
import { SetUpSecondStep } from './SetUpSecondStep.tsx';
import { StopSecondStep } from './StopSecondStep.tsx';

export function SecondStep({ state }: { state: 'on' | 'off' }) {
  const [open, setOpen] = useState(false);
  /** What was just done here. */
  const [done, setDone] = useState(false);
  const on = state === 'on';
  const Icon = on ? ShieldCheck : ShieldOff;
  const finished = (): void => {
    setOpen(false);
    setDone(true);
  };
  return (
    <Block title={ts('factor.title')} lead={ts('factor.lead')}>
      {done && <Notice tone="ok">{ts(on ? 'factor.done' : 'factor.stopped')}</Notice>}
      <div className="flex items-center gap-3 rounded-card border border-hairline bg-surface p-4">
        <Icon aria-hidden className={on ? 'size-5 text-ok' : 'size-5 text-muted'} />
        <p className="flex-1">
          <span className="font-medium">{ts(on ? 'factor.on' : 'factor.off')}</span>
          {on && <span className="block text-dense text-muted">{ts('factor.onHint')}</span>}
        </p>
        <Button
          onClick={() => {
            setDone(false);
            setOpen(true);
          }}
        >
          {ts(on ? 'factor.stop' : 'factor.start')}
        </Button>
      </div>
      {open && !on && <SetUpSecondStep onDone={finished} onClose={() => setOpen(false)} />}
      {open && on && <StopSecondStep onDone={finished} onClose={() => setOpen(false)} />}
    </Block>
  );
}
