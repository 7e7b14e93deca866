/** A program that is a test run of its own: starts a test stack, says where it is, and waits. */
import { join } from 'node:path';
import { startTestStack } from '../src/testing/index.ts';
import { testFolder } from '../src/testing/prepared-cluster.ts';
import { testServer } from '../src/testing/test-server.ts';

async function main(): Promise<void> {
  const { url } = await startTestStack({ migrations: false });
  const { pid: serverPid } = await testServer();
  const folder = join(await testFolder(), `run-${process.pid}`);
  process.stdout.write(`${JSON.stringify({ url, serverPid, folder })}\n`);
}

void main();
