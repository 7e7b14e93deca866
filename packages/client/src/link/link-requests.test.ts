import { generateIdentityKeyPair, systemRandom } from '@sotto/crypto';
import { deviceIdSchema, linkIdSchema, userIdSchema } from '@sotto/protocol';
import type { DeviceLink, LinkId } from '@sotto/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AccountContext } from '../engine/account-context.ts';
import { createStore } from '../engine/writable-store.ts';
import type { LinkRequest } from '../facade.ts';
import { createTestClock } from '../testing/test-clock.ts';
import type { TestClock } from '../testing/test-clock.ts';
import type { TrustStore } from '../trust/trust-store.ts';
import { createLinkRequests } from './link-requests.ts';
import type { LinkRequests } from './link-requests.ts';

const id = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
const first = linkIdSchema.parse(id(1));
const second = linkIdSchema.parse(id(2));

let clock: TestClock;
let listed: DeviceLink[];
let open: boolean;
let calls: string[];
let requests: LinkRequests;
const shown = createStore<readonly LinkRequest[]>([]);

const linkOf = (linkId: LinkId, part: Partial<DeviceLink> = {}): DeviceLink => ({
  linkId,
  commitment: new Uint8Array(32),
  deviceName: 'another device',
  deviceType: 'web',
  createdAtMs: clock.now(),
  expiresAtMs: clock.now() + 600_000,
  state: 'open',
  answer: null,
  reveal: null,
  delivery: null,
  ...part,
});

const steps = () => shown.getSnapshot().map(({ linkId, step }) => [linkId, step]);

beforeEach(async () => {
  clock = createTestClock();
  listed = [];
  open = true;
  calls = [];
  const identity = await generateIdentityKeyPair();
  const context = {
    platform: { clock, random: systemRandom },
    userId: userIdSchema.parse(id(7)),
    deviceId: deviceIdSchema.parse(id(8)),
    keys: { identity },
    vault: { accountKey: identity },
    http: {
      async call(name: string) {
        calls.push(name);
        return name === 'listDeviceLinks' ? { links: listed } : {};
      },
    },
    isOpen: () => open,
  } as unknown as AccountContext;
  requests = createLinkRequests({ context, trust: {} as TrustStore, shown });
});

describe('requests to be let in', () => {
  it('vanish when their time is over, without a word from the relay', async () => {
    listed = [linkOf(first)];
    await requests.refresh();
    clock.advance(300_000);
    listed = [...listed, linkOf(second)];
    await requests.refresh();
    expect(steps()).toEqual([
      [first, 'new'],
      [second, 'new'],
    ]);

    clock.advance(300_000);
    await requests.decline(first);

    expect(steps()).toEqual([[second, 'new']]);
    clock.advance(300_000);
    await requests.decline(first);
    expect(steps()).toEqual([]);
  });

  it('are busy when somebody else has answered them', async () => {
    const key = new Uint8Array(33);
    const answer = {
      deviceId: deviceIdSchema.parse(id(9)),
      identityKey: key,
      accountKey: key,
      nonce: new Uint8Array(32),
    };
    listed = [linkOf(first, { state: 'answered', answer })];

    await requests.refresh();

    expect(steps()).toEqual([[first, 'busy']]);
    await expect(requests.answer({ linkId: first })).rejects.toMatchObject({ code: 'conflict' });
    expect(calls).not.toContain('answerDeviceLink');
  });

  it('are declined when what is revealed does not open what was committed to', async () => {
    listed = [linkOf(first)];
    await requests.answer({ linkId: first });
    expect(steps()).toEqual([[first, 'waiting']]);
    const reveal = { publicKey: new Uint8Array(32).fill(9), nonce: new Uint8Array(32) };
    listed = [linkOf(first, { state: 'revealed', reveal })];

    await requests.refresh();

    expect(steps()).toEqual([]);
    expect(calls).toContain('endDeviceLink');
    await expect(requests.approve(first)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('are answered once, also when the relay takes the answer back and asks again', async () => {
    listed = [linkOf(first)];
    await requests.answer({ linkId: first });
    listed = [];
    await requests.refresh();
    listed = [linkOf(first)];
    await requests.refresh();

    expect(steps()).toEqual([]);
    await expect(requests.answer({ linkId: first })).rejects.toMatchObject({ code: 'conflict' });
    expect(calls.filter((name) => name === 'answerDeviceLink')).toHaveLength(1);
  });

  it('are not shown once the account is locked', async () => {
    listed = [linkOf(first)];
    await requests.refresh();

    open = false;
    requests.stop();
    await requests.refresh();

    expect(steps()).toEqual([]);
    expect(clock.pending()).toBe(0);
  });
});
