import type { SelfTestReport } from '@sotto/client';
import { useState } from 'react';
import { useClient } from '../../shared/client/client-context.ts';
import { errorWords } from '../../shared/client/error-words.ts';
import { useAction } from '../../shared/client/use-action.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';
import { Block } from '../../shared/ui/Block.tsx';
import { SelfTestTable } from './SelfTestTable.tsx';
import { selfTestTotals } from './self-test-model.ts';
import { ts } from './self-test-words.ts';

export function SelfTest() {
  const client = useClient();
  const [report, setReport] = useState<SelfTestReport | null>(null);
  const run = useAction(() => client.selfTest(), setReport);
  const totals = report && selfTestTotals(report);
  return (
    <Block title={ts('title')} lead={ts('lead')}>
      <p className="text-muted">{ts('limit')}</p>
      <Button className="self-start" pending={run.pending} onClick={() => run.run(undefined)}>
        {ts('run')}
      </Button>
      {run.error && <Notice tone="danger">{errorWords(run.error)}</Notice>}
      {totals && totals.failed === 0 && (
        <Notice tone="ok">{ts('allPassed', { count: totals.passed })}</Notice>
      )}
      {totals && totals.failed > 0 && (
        <Notice tone="danger">{ts('someFailed', { count: totals.failed })}</Notice>
      )}
      {report && <SelfTestTable rows={report.rows} />}
    </Block>
  );
}
