/**
 * The crypto package against native libsignal and other libraries, in the same run. The goals are multiples of
 * libsignal's time; what runs on noble alone is recorded without a goal.
 */
import { loadavg } from 'node:os';
import { printMachine } from '../compare.ts';
import { measureAtScale } from './at-scale.ts';
import { curveRows } from './curves.ts';
import { groupRows } from './groups.ts';
import { hpkeRows } from './hpke.ts';
import { loadPeers } from './peers.ts';
import { sessionRows } from './sessions.ts';
import { measureRow, print } from './table.ts';

export async function run(): Promise<void> {
  const peers = await loadPeers();
  printMachine();
  print(
    `load ${loadavg()
      .map((load) => load.toFixed(1))
      .join(', ')}\n`,
  );
  const rows = [
    ...(await curveRows(peers)),
    ...(await hpkeRows(peers)),
    ...(await groupRows(peers)),
    ...sessionRows(peers),
  ];
  for (const row of rows) await measureRow(row);
  await measureAtScale(peers);
  print(
    `\nload ${loadavg()
      .map((load) => load.toFixed(1))
      .join(', ')}\n`,
  );
}
