/** Counts of one run, as Stryker's mutation score defines them. */
export interface Score {
  name: string;
  mutants: number;
  killed: number;
  timeout: number;
  survived: number;
  withoutTest: number;
  percent: number;
}

/** Counts results by status; what was ignored or did not run is no mutant. */
export function scoreOf(name: string, statuses: readonly string[]): Score {
  const count = (status: string) => statuses.filter((found) => found === status).length;
  const killed = count('Killed');
  const timeout = count('Timeout');
  const survived = count('Survived');
  const withoutTest = count('NoCoverage');
  const mutants = killed + timeout + survived + withoutTest;
  const percent = mutants === 0 ? 100 : ((killed + timeout) / mutants) * 100;
  return { name, mutants, killed, timeout, survived, withoutTest, percent };
}

/** A Markdown table. */
export function formatScores(scores: readonly Score[]): string {
  const rows = scores.map(({ name, mutants, killed, timeout, survived, withoutTest, percent }) =>
    [name, mutants, killed, timeout, survived, withoutTest, `${percent.toFixed(1)} %`].join(' | '),
  );
  const head = 'folder | mutants | killed | timeout | survived | without test | score';
  const line = head.replaceAll(/[^|]+/g, ' --- ').trim();
  return [head, line, ...rows].map((row) => `| ${row} |`).join('\n');
}
