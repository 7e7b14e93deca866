/**
 * Ours, ours on noble alone, and the peers, in turn in each round; medians, and ratios to native libsignal.
 * The ratio of the quietest rounds is what is left where other programs take their share of the machine.
 */
import { forceBackEnd } from '../../packages/crypto/src/primitives/back-end.ts';

/** One figure of the table: each way answers microseconds an operation. */
export interface Row {
  what: string;
  ours: () => Promise<number>;
  libsignal: () => Promise<number>;
  /** Other peers by name. */
  others?: Readonly<Record<string, () => Promise<number>>>;
  /** The goal: at most this many times native libsignal's time. */
  atMost: number;
  /** Goals against other peers: at most this many times their time. */
  againstOthers?: Readonly<Record<string, number>>;
}

const rounds = 9;

/** Measures a row and prints its lines. */
export async function measureRow(row: Row): Promise<void> {
  const onNoble = async (): Promise<number> => {
    forceBackEnd('noble');
    try {
      return await row.ours();
    } finally {
      forceBackEnd(undefined);
    }
  };
  const ways: [string, () => Promise<number>][] = [
    ['libsignal 0.103.0, native', row.libsignal],
    ['Sotto', row.ours],
    ['Sotto, noble alone', onNoble],
    ...Object.entries(row.others ?? {}),
  ];
  const figures = new Map<string, number[]>(ways.map(([name]) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, measure] of ways) {
      const figure = await measure();
      if (round > 0) figures.get(name)?.push(figure);
    }
  }
  const of = (name: string): number => median(figures.get(name) ?? []);
  const quietest = (name: string): number => Math.min(...(figures.get(name) ?? []));
  const native = 'libsignal 0.103.0, native';
  const [peer, ours] = [of(native), of('Sotto')];
  print(`\n${row.what}\n`);
  for (const [name, values] of figures) {
    const ratio = `${(of(name) / peer).toFixed(2)}×`;
    const spread = `${format(Math.min(...values))} – ${format(Math.max(...values))}`;
    print(`  ${ratio.padStart(8)} ${format(of(name)).padStart(10)} µs  (${spread})  ${name}\n`);
  }
  print(`  ${verdict(ours / peer, row.atMost)} of libsignal\n`);
  print(`  of the quietest round of each: ${(quietest('Sotto') / quietest(native)).toFixed(2)}×\n`);
  for (const [name, atMost] of Object.entries(row.againstOthers ?? {})) {
    print(`  ${verdict(ours / of(name), atMost)} of ${name}\n`);
    print(`  of the quietest round of each: ${(quietest('Sotto') / quietest(name)).toFixed(2)}×\n`);
  }
}

function verdict(ratio: number, atMost: number): string {
  const word = ratio <= atMost ? 'met' : 'MISSED';
  return `goal ${word}: ${ratio.toFixed(2)}× where at most ${atMost.toFixed(2)}× is the goal, the time`;
}

/** The middle one of an odd number of values. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Tens and more without decimals. */
export function format(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : 0 });
}

export function print(text: string): void {
  process.stdout.write(text);
}
