import { describe, expect, it } from 'vitest';
import { clientErrorCodes, isClientError } from '../client-error.ts';
import type { SottoClient } from '../facade.ts';
import { createMemoryStorage } from '../storage/memory-storage.ts';
import { createTestClient, createTestClock, until } from '../testing/index.ts';

const chatId = '00000000-0000-4000-8000-000000000009' as never;
const id = '00000000-0000-4000-8000-000000000008' as never;
const password = 'a chat password';

/** Every method of the facade that returns a promise, with arguments of the right shape. */
const calls: { [Name in keyof SottoClient]?: (client: SottoClient) => Promise<unknown> } = {
  signUp: (client) => client.signUp({ email: 'ann@example.org', password }),
  signIn: (client) => client.signIn({ email: 'ann@example.org', password }),
  signOut: (client) => client.signOut({ scope: 'local' }),
  changeLoginPassword: (client) => client.changeLoginPassword({ current: 'a', next: 'b' }),
  createProfile: (client) => client.createProfile({ handle: 'ann', displayName: 'Ann' }),
  setChatPassword: (client) => client.setChatPassword({ chatPassword: password }),
  confirmRecoveryKey: (client) => client.confirmRecoveryKey({ groups: [] }),
  estimatePassword: (client) => client.estimatePassword({ password }),
  suggestPassphrase: (client) => client.suggestPassphrase(),
  unlock: (client) => client.unlock({ chatPassword: password }),
  recover: (client) => client.recover({ recoveryKey: 'x', newChatPassword: password }),
  lock: (client) => client.lock(),
  changeChatPassword: (client) => client.changeChatPassword({ current: 'a', next: password }),
  noteActivity: (client) => client.noteActivity(),
  findPerson: (client) => client.findPerson({ handle: 'ann' }),
  startChat: (client) => client.startChat({ userId: id }),
  sendText: (client) => client.sendText({ chatId, text: 'x' }),
  retryMessage: (client) => client.retryMessage({ chatId, id }),
  discardMessage: (client) => client.discardMessage({ chatId, id }),
  loadOlder: (client) => client.loadOlder({ chatId }),
  markRead: (client) => client.markRead({ chatId, seq: 1 }),
  saveDraft: (client) => client.saveDraft({ chatId, text: 'x' }),
  setOnline: (client) => client.setOnline({ online: true }),
  startSecondFactor: (client) => client.startSecondFactor(),
  confirmSecondFactor: (client) => client.confirmSecondFactor({ code: '1', recoveryKey: 'x' }),
  stopSecondFactor: (client) => client.stopSecondFactor({ code: '123456' }),
  submitSecondFactor: (client) => client.submitSecondFactor({ code: '123456' }),
  submitRecoveryKey: (client) => client.submitRecoveryKey({ recoveryKey: 'x' }),
  renewRecoveryKey: (client) => client.renewRecoveryKey({ chatPassword: password }),
  confirmNewRecoveryKey: (client) => client.confirmNewRecoveryKey({ groups: [] }),
  listActivity: (client) => client.listActivity({}),
  exportData: (client) => client.exportData(),
  deleteAccount: (client) => client.deleteAccount({ password }),
  eraseDevice: (client) => client.eraseDevice(),
};

async function inPhase(phase: 'starting' | 'signedOut' | 'locked' | 'failed') {
  const userId = '00000000-0000-4000-8000-000000000001';
  const text = (value: unknown) => Buffer.from(JSON.stringify(value)) as never;
  const bytes = { $bytes: 'AAAA' };
  const record = {
    format: 1,
    deviceId: '00000000-0000-4000-8000-000000000002',
    registered: true,
    vault: {
      version: 1,
      kdf: { algorithm: 'PBKDF2-HMAC-SHA256', iterations: 600_000, salt: bytes },
      passwordWrap: bytes,
      recoveryWrap: bytes,
      body: bytes,
    },
    vaultVersion: 1,
    sealedKeys: bytes,
    boundSessionId: null,
  };
  const rows = new Map([
    ['current', text({ userId })],
    [`${userId}/record`, text(phase === 'failed' ? { format: 2 } : record)],
  ]);
  const disk = new Map(phase === 'signedOut' ? [] : [['device' as const, rows]]);
  const { client } = createTestClient({
    relayUrl: 'http://relay.example',
    clock: createTestClock(),
    transport: {
      fetch: () => Promise.reject(new TypeError('no network')),
      openSocket: () => {
        throw new TypeError('no network');
      },
    },
    openStorage: async () => createMemoryStorage(disk),
  });
  if (phase !== 'starting') await until(client.session, (state) => state.phase === phase);
  return client;
}

describe.each(['starting', 'signedOut', 'locked', 'failed'] as const)('while %s', (phase) => {
  it.each(Object.entries(calls))('%s ends, and a failure has a code', async (_name, call) => {
    const client = await inPhase(phase);

    const outcome: unknown = await call(client).then(
      () => 'done',
      (error: unknown) => (isClientError(error) ? error.code : error),
    );

    expect(['done', ...clientErrorCodes.filter((code) => code !== 'internal')]).toContain(outcome);
  });
});
