import { ClientError } from '@sotto/client';
import type {
  ChatMessage,
  ContactState,
  LinkRequest,
  LinkState,
  SottoClient,
  Trust,
} from '@sotto/client';
import type { ChatId, DeviceId, LinkId } from '@sotto/protocol';
import {
  aChat,
  aContact,
  aDevice,
  aDevicesState,
  aLinkRequest,
  aMessage,
  aSummary,
  ben,
  maya,
} from './builders.ts';
import { scriptedClient } from './scripted-client.ts';
import type { ScriptedClient } from './scripted-client.ts';

/*
 * A page for development alone (`/?preview=chat`): screens in states that take effort to reach, on a
 * scripted engine. It is not part of any build.
 */

const previewChatId = 'a0000000-0000-4000-8000-000000000001' as ChatId;

const lines = [
  'Are we still on for Thursday?',
  'Yes! Seven at the usual place.',
  'I may be ten minutes late, the tram is being rerouted again. Start without me, and order the dumplings before they run out.',
  'Deal.',
  'The address again, in case: https://example.org/places/usual?from=station, second floor.',
  'Thanks 🙏',
  'שלום, נתראה ביום חמישי',
  'Look at https://раураl.example/login before you click it',
];

function history(count: number): ChatMessage[] {
  const start = Date.now() - count * 17 * 60_000;
  return Array.from({ length: count }, (_, index) =>
    aMessage({
      seq: index + 1,
      own: index % 5 > 2,
      sentAtMs: start + index * (index % 3 === 0 ? 17 : 16) * 60_000,
      text: lines[index % lines.length] ?? '',
      delivery: index % 5 > 2 ? 'read' : null,
    }),
  );
}

function endings(): ChatMessage[] {
  const now = Date.now();
  return [
    aMessage({ seq: 201, sentAtMs: now - 240_000, body: { kind: 'unreadable', cause: 'altered' } }),
    aMessage({ seq: 202, sentAtMs: now - 200_000, body: { kind: 'unknown' } }),
    aMessage({ seq: 203, own: true, sentAtMs: now - 150_000, text: 'Read', delivery: 'read' }),
    aMessage({ seq: 204, own: true, sentAtMs: now - 90_000, text: 'On my way', delivery: 'sent' }),
    aMessage({
      seq: null,
      own: true,
      sentAtMs: now - 60_000,
      text: 'Two more minutes',
      delivery: 'queued',
    }),
    aMessage({
      seq: null,
      own: true,
      sentAtMs: now - 30_000,
      text: 'Can you hold a table?',
      delivery: 'failed',
      failure: 'unavailable',
    }),
  ];
}

function fill(client: ScriptedClient, locked: boolean): void {
  const names = ['Maya Lind', 'Ben Okafor', 'Noor al-Amin', 'נועה לוי', 'Jo', 'Ana Paula Sousa'];
  client.chats.set({
    status: 'ready',
    chats: names.map((displayName, index) =>
      aSummary({
        ...(index === 0 && { chatId: previewChatId }),
        partner: { ...maya, displayName, avatarColor: index },
        unread: index === 1 ? 3 : 0,
        hasDraft: index === 2,
        lastMessage: {
          preview: locked ? null : (lines[index] ?? null),
          atMs: Date.now() - index * 19 * 3_600_000,
          own: index % 2 === 0,
          delivery: index % 2 === 0 ? 'delivered' : null,
        },
      }),
    ),
  });
  client
    .chat(previewChatId)
    .set(aChat({ messages: [...history(200), ...endings()], firstUnreadSeq: null, missing: 0 }));
}

const hourMs = 3_600_000;
const linkId = 'b0000000-0000-4000-8000-000000000001' as LinkId;

/** As the engine would: each call moves the request on. */
function request(client: ScriptedClient, fields: Partial<LinkRequest>): void {
  const before = client.devices.getSnapshot();
  client.devices.set({
    ...before,
    requests: [{ ...aLinkRequest({ linkId }), ...before.requests[0], ...fields }],
  });
}

function devices(client: ScriptedClient): void {
  states['chat']?.(client);
  const now = Date.now();
  client.devices.set(
    aDevicesState({
      devices: [
        aDevice({ name: 'Firefox on Linux', thisDevice: true, addedAtMs: now - 90 * 24 * hourMs }),
        aDevice({
          name: 'Chrome on Android',
          addedAtMs: now - 3 * 24 * hourMs,
          lastSeenAtMs: now - 20 * hourMs,
        }),
        aDevice({
          name: 'build-server-in-the-basement',
          deviceType: 'cli',
          nameCertified: false,
          postQuantum: false,
          addedAtMs: now - 400 * 24 * hourMs,
          lastSeenAtMs: null,
        }),
      ],
      removed: [
        { deviceId: 'x' as DeviceId, name: 'Safari on iPhone', removedAtMs: now - 50 * hourMs },
      ],
    }),
  );
}

function asking(link: LinkState | null) {
  return (client: ScriptedClient): void =>
    client.session.set({ phase: 'newDevice', profile: ben, retryAtMs: null, link });
}

/** One person, and the chat with them, at `/people/<id of Maya>` and in the list. */
function trusted(trust: Trust, contact: Partial<ContactState>) {
  return (client: ScriptedClient): void => {
    states['chat']?.(client);
    client.contact(maya.userId).set(aContact({ trust, qr: 'x'.repeat(200), ...contact }));
    const chat = client.chat(previewChatId);
    chat.set({ ...chat.getSnapshot(), trust });
    const list = client.chats.getSnapshot();
    const chats = list.chats.map((summary, index) =>
      index === 0 ? { ...summary, trust } : summary,
    );
    client.chats.set({ ...list, chats });
  };
}

const states: Record<string, (client: ScriptedClient) => void> = {
  signIn: (client) => client.session.set({ phase: 'signedOut', notice: 'session_ended' }),
  profile: (client) =>
    client.session.set({ phase: 'setup', step: 'profile', email: 'a@b.example' }),
  chatPassword: (client) =>
    client.session.set({ phase: 'setup', step: 'chatPassword', email: 'a@b.example' }),
  newDevice: asking(null),
  asking: (client) =>
    asking({ step: 'waiting', qr: 'x'.repeat(140), expiresAtMs: Date.now() + 600_000 })(client),
  askComparing: asking({ step: 'comparing', code: '048213' }),
  askJoining: asking({ step: 'joining' }),
  askDeclined: asking({ step: 'ended', cause: 'declined' }),
  askMismatch: asking({ step: 'ended', cause: 'mismatch' }),
  devices,
  devicesLoading: (client) => {
    states['chat']?.(client);
    client.devices.set(aDevicesState({ status: 'loading' }));
  },
  devicesOnly: (client) => {
    states['chat']?.(client);
    client.devices.set(aDevicesState({ devices: [aDevice({ thisDevice: true })] }));
  },
  devicesAlarm: (client) => {
    devices(client);
    client.devices.set({ ...client.devices.getSnapshot(), alarm: 'rollback' });
  },
  request: (client) => {
    devices(client);
    request(client, { deviceName: 'Chrome on Windows' });
  },
  secondFactor: (client) => client.session.set({ phase: 'secondFactor', email: 'ben@b.example' }),
  secondFactorOn: (client) => {
    states['chat']?.(client);
    client.ownAccount.set({ status: 'ready', secondFactor: 'on' });
  },
  secondFactorForeign: (client) => {
    states['chat']?.(client);
    client.ownAccount.set({ status: 'ready', secondFactor: 'foreign' });
  },
  checked: trusted('checked', { checkedAtMs: Date.now() - 50 * hourMs }),
  changed: trusted('changed', {
    change: { digits: '4827105936'.repeat(6), qr: 'y'.repeat(200), wasChecked: true },
  }),
  doubtful: trusted('doubtful', {}),
  locked: (client) => {
    client.session.set({ phase: 'locked', cause: 'idle', profile: ben, retryAtMs: null });
    fill(client, true);
    client.chat(previewChatId).set(aChat({ status: 'locked', canSend: false }));
  },
  failed: (client) => client.session.set({ phase: 'failed', code: 'storage_unavailable' }),
  empty: (client) => client.session.set({ phase: 'ready', profile: ben, email: 'ben@b.example' }),
  chat: (client) => {
    client.session.set({ phase: 'ready', profile: ben, email: 'ben@b.example' });
    fill(client, false);
  },
  offline: (client) => {
    states['chat']?.(client);
    client.connection.set({ status: 'offline', retryAtMs: Date.now() + 20_000 });
  },
};

export function previewClient(search: string): SottoClient {
  const client = scriptedClient({
    estimatePassword: ({ password }: { password: string }) => ({
      score: Math.min(4, Math.floor(password.length / 4)),
      warning: password.length < 8 ? 'too_short' : null,
    }),
    suggestPassphrase: () => 'velvet orbit canyon thirty maple',
    setChatPassword: () => {
      client.session.set({ phase: 'setup', step: 'recoveryKey', email: 'a@b.example' });
      return {
        recoveryKey: 'K7QM-9XTR-4WPD-2HJN-8VCB-6GYF-3KZA-5MSE-7RTX-9PWQ-4DHJ-2NVC-8BGY-6FKZ',
      };
    },
    unlock: () => {
      throw new ClientError('wrong_chat_password', { retryAtMs: Date.now() + 8000 });
    },
    startLink: () => states['asking']?.(client),
    confirmLink: () => states['askJoining']?.(client),
    cancelLink: () => states['newDevice']?.(client),
    answerLink: (input: { linkId: LinkId } | { scanned: string }) => {
      const scanned = 'scanned' in input;
      request(client, { step: scanned ? 'scanned' : 'comparing', code: '048213' });
      return { linkId };
    },
    approveLink: () => request(client, { step: 'delivered' }),
    declineLink: () => client.devices.set({ ...client.devices.getSnapshot(), requests: [] }),
    startSecondFactor: () => ({
      otpauthUrl: `otpauth://totp/Sotto:ben@b.example?secret=${'JBSWY3DP'.repeat(4)}&issuer=Sotto`,
      secret: 'JBSWY3DP'.repeat(4),
    }),
    renewRecoveryKey: () => ({
      recoveryKey: 'K7QM-9XTR-4WPD-2HJN-8VCB-6GYF-3KZA-5MSE-7RTX-9PWQ-4DHJ-2NVC-8BGY-6FKZ',
    }),
    listActivity: () => ({
      items: ['device_registered', 'signed_in', 'link_requested', 'prekeys_published'].map(
        (action, index) => ({
          id: 40 - index,
          atMs: Date.now() - index * 5 * hourMs,
          action,
          deviceId: null,
          deviceName: index === 0 ? 'Firefox on Linux' : null,
          detail: {},
        }),
      ),
      hasMore: true,
    }),
    findPerson: () => maya,
    startChat: () => ({ chatId: previewChatId }),
    sendText: ({ chatId, text }: { chatId: ChatId; text: string }) => {
      const chat = client.chat(chatId);
      const message = aMessage({ seq: null, own: true, text, delivery: 'queued' });
      const before = chat.getSnapshot();
      chat.set({ ...before, messages: [...before.messages, message] });
      return { id: message.id };
    },
  });
  states[new URLSearchParams(search).get('preview') ?? '']?.(client);
  return client;
}
