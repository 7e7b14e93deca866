import { cpus } from 'node:os';

/** One way of doing a thing; answers how many a second it did. */
export interface Contender {
  name: string;
  measure(): Promise<number>;
}

const rounds = 3;

/** Measures all in turn, several rounds, after one round that does not count. */
export async function compare(
  title: string,
  unit: string,
  peer: Contender,
  contenders: readonly Contender[],
): Promise<void> {
  const all = [peer, ...contenders];
  const figures = new Map<string, number[]>(all.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const { name, measure } of all) {
      const rate = await measure();
      if (round > 0) figures.get(name)?.push(rate);
    }
  }
  const floor = median(figures.get(peer.name) ?? []);
  print(`\n${title}\n`);
  for (const { name } of all) {
    const values = figures.get(name) ?? [];
    const ratio = `${(median(values) / floor).toFixed(2)}×`;
    const spread = `${format(Math.min(...values))} – ${format(Math.max(...values))}`;
    print(
      `  ${ratio.padStart(6)}  ${format(median(values)).padStart(9)} ${unit}  (${spread})  ${name}\n`,
    );
  }
}

/** Where and when, for whoever reads the figures later. */
export function printMachine(): void {
  const [cpu] = cpus();
  const date = new Date().toISOString().slice(0, 10);
  print(
    `${date}, Node ${process.version}, ${cpus().length} × ${cpu?.model.trim() || process.arch}\n`,
  );
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const format = (value: number) => Math.round(value).toLocaleString('en');

function print(text: string): void {
  process.stdout.write(text);
}
