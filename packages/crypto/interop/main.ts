/** Live exchanges with other implementations, both ways; exits with 1 if any line of the table failed. */
import { cryptoJs } from './oracles/crypto-js.ts';
import { hpkeCore } from './oracles/hpke-core.ts';
import { libsignalGroups } from './oracles/libsignal-groups.ts';
import { libsignalSessions } from './oracles/libsignal-sessions.ts';
import { libsignalSignatures } from './oracles/libsignal-signatures.ts';
import { turnkey } from './oracles/turnkey.ts';
import { formatTable, type InteropResult } from './result.ts';

/** Each oracle file adds its run here. */
const runs: (() => Promise<InteropResult[]>)[] = [
  libsignalSignatures,
  libsignalSessions,
  libsignalGroups,
  hpkeCore,
  turnkey,
  cryptoJs,
];

const results: InteropResult[] = [];
for (const run of runs) results.push(...(await run()));
process.stdout.write(`${formatTable(results)}\n`);
process.exitCode = results.every(({ passed }) => passed) ? 0 : 1;
