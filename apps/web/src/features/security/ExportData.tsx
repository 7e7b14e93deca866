import { useClient } from '../../shared/client/client-context.ts';
import { errorWords } from '../../shared/client/error-words.ts';
import { useAction } from '../../shared/client/use-action.ts';
import { ts } from '../../shared/i18n/security.ts';
import { saveTextFile } from '../../shared/save-text-file.ts';
import { Block } from '../../shared/ui/Block.tsx';
import { Button } from '../../shared/ui/Button.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';
import { useState } from 'react';

export function ExportData() {
  const client = useClient();
  const [done, setDone] = useState(false);
  const action = useAction(
    () => client.exportData(),
    ({ fileName, json }) => {
      saveTextFile(fileName, json);
      setDone(true);
    },
  );
  return (
    <Block title={ts('export.title')} lead={ts('export.lead')}>
      <p className="text-muted">{ts('export.warn')}</p>
      {action.pending && <Notice tone="info">{ts('export.working')}</Notice>}
      {action.error && <Notice tone="danger">{errorWords(action.error)}</Notice>}
      {done && !action.pending && <Notice tone="ok">{ts('export.done')}</Notice>}
      <Button
        className="self-start"
        pending={action.pending}
        onClick={() => {
          setDone(false);
          action.run(undefined);
        }}
      >
        {ts('export.start')}
      </Button>
    </Block>
  );
}
