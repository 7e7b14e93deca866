import type { SelfTestRow } from '@sotto/client';
import { classNames } from '../../shared/ui/class-names.ts';
import { backEndWords, resultWords } from './self-test-model.ts';
import { ts } from './self-test-words.ts';

const cell = 'py-2 pe-3 text-start align-top font-normal last:pe-0';

export function SelfTestTable({ rows }: { rows: readonly SelfTestRow[] }) {
  return (
    <table className="w-full border-collapse text-dense">
      <caption className="sr-only">{ts('title')}</caption>
      <thead className="text-muted">
        <tr className="border-b border-hairline">
          <th scope="col" className={cell}>
            {ts('algorithm')}
          </th>
          <th scope="col" className={cell}>
            {ts('backEnd')}
          </th>
          <th scope="col" className={cell}>
            {ts('result')}
          </th>
          <th scope="col" className={classNames(cell, 'text-end')}>
            {ts('duration')}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={`${row.algorithm} ${row.backEnd}`} className="border-b border-hairline">
            <th scope="row" className={cell}>
              <span className="font-medium">{row.algorithm}</span>
              <span className="block text-muted">{row.origin}</span>
            </th>
            <td className={cell}>{backEndWords(row)}</td>
            <td className={classNames(cell, row.failed > 0 && 'font-medium text-danger')}>
              {resultWords(row)}
            </td>
            <td className={classNames(cell, 'text-end tabular-nums')}>
              {ts('milliseconds', { count: Math.round(row.durationMs) })}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
