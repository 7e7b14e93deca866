/** One line of the table: what was tried with whom, and how it went. */
export interface InteropResult {
  oracle: string;
  what: string;
  direction: string;
  passed: boolean;
  detail: string;
}

/** Runs one exchange; a thrown error is a failed line, not the end of the run. */
export async function attempt(
  place: Pick<InteropResult, 'oracle' | 'what' | 'direction'>,
  work: () => Promise<string>,
): Promise<InteropResult> {
  try {
    return { ...place, passed: true, detail: await work() };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { ...place, passed: false, detail: detail.split('\n')[0] ?? '' };
  }
}

/** The results as an aligned table. */
export function formatTable(results: readonly InteropResult[]): string {
  const rows = results.map((row) => [
    row.oracle,
    row.what,
    row.direction,
    row.passed ? 'ok' : 'FAILED',
    row.detail,
  ]);
  const all = [['oracle', 'what', 'direction', 'result', 'detail'], ...rows];
  const widths = [0, 1, 2, 3].map((i) => Math.max(...all.map((row) => (row[i] ?? '').length)));
  return all
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
