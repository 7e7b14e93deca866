import type { SelfTestReport, SelfTestRow } from '@sotto/client';
import { ts } from './self-test-words.ts';

export function selfTestTotals({ rows }: SelfTestReport): { passed: number; failed: number } {
  return {
    passed: rows.reduce((sum, row) => sum + row.passed, 0),
    failed: rows.reduce((sum, row) => sum + row.failed, 0),
  };
}

export function backEndWords({ backEnd }: SelfTestRow): string {
  return backEnd === 'webcrypto' ? ts('webcrypto') : ts('javascript');
}

/** A row that was not run is neither passed nor failed: the browser lacks the algorithm. */
export function resultWords({ available, passed, failed }: SelfTestRow): string {
  if (!available) return ts('missing');
  if (failed > 0) return ts('failed', { failed, passed });
  return ts('passed', { passed });
}
