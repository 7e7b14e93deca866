import { useState } from 'react';
import { ts } from '../../shared/i18n/security.ts';
import { Block } from '../../shared/ui/Block.tsx';
import { Button } from '../../shared/ui/Button.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';
import { RenewRecoveryKey } from './RenewRecoveryKey.tsx';

export function RecoveryKey() {
  const [open, setOpen] = useState(false);
  const [done, setDone] = useState(false);
  return (
    <Block title={ts('recovery.title')} lead={ts('recovery.lead')}>
      <p className="text-muted">{ts('recovery.lose')}</p>
      {done && <Notice tone="ok">{ts('recovery.done')}</Notice>}
      <Button
        className="self-start"
        onClick={() => {
          setDone(false);
          setOpen(true);
        }}
      >
        {ts('recovery.renew')}
      </Button>
      {open && (
        <RenewRecoveryKey
          onDone={() => {
            setOpen(false);
            setDone(true);
          }}
          onClose={() => setOpen(false)}
        />
      )}
    </Block>
  );
}
