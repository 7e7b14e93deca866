import type {
  ChatMessage,
  ChatState,
  ChatSummary,
  ContactState,
  DevicesState,
  DeviceSummary,
  LinkRequest,
} from '@sotto/client';
import type { ChatId, ClientId, DeviceId, LinkId, Profile, UserId } from '@sotto/protocol';

let serial = 0;

function uuid(): string {
  serial += 1;
  return `00000000-0000-4000-8000-${serial.toString(16).padStart(12, '0')}`;
}

export const maya: Profile = {
  userId: '00000000-0000-4000-9000-00000000000a' as UserId,
  handle: 'maya',
  displayName: 'Maya Lind',
  avatarColor: 2,
};

export const ben: Profile = {
  userId: '00000000-0000-4000-9000-00000000000b' as UserId,
  handle: 'ben',
  displayName: 'Ben Okafor',
  avatarColor: 0,
};

export const aChatId = (): ChatId => uuid() as ChatId;

export function aMessage(
  fields: Partial<ChatMessage> & { text?: string; sentAtMs?: number } = {},
): ChatMessage {
  const { text = 'Hello', own = false, ...rest } = fields;
  return {
    id: uuid() as ClientId,
    seq: 1,
    own,
    senderId: own ? ben.userId : maya.userId,
    sentAtMs: Date.now(),
    body: { kind: 'text', text },
    delivery: own ? 'sent' : null,
    failure: null,
    ...rest,
  };
}

export function aChat(fields: Partial<ChatState> = {}): ChatState {
  return {
    status: 'ready',
    partner: maya,
    messages: [],
    hasOlder: false,
    firstUnreadSeq: null,
    readSeq: 0,
    trust: 'unchecked',
    canSend: true,
    missing: 0,
    draft: '',
    ...fields,
  };
}

export function aSummary(fields: Partial<ChatSummary> = {}): ChatSummary {
  return {
    chatId: aChatId(),
    partner: maya,
    lastMessage: { preview: 'See you at seven', atMs: Date.now(), own: false, delivery: null },
    unread: 0,
    hasDraft: false,
    trust: 'unchecked',
    ...fields,
  };
}

export function aDevice(fields: Partial<DeviceSummary> = {}): DeviceSummary {
  return {
    deviceId: uuid() as DeviceId,
    name: 'Firefox on Linux',
    nameCertified: true,
    deviceType: 'web',
    thisDevice: false,
    isNew: false,
    addedAtMs: Date.now(),
    lastSeenAtMs: Date.now(),
    postQuantum: true,
    ...fields,
  };
}

export function aDevicesState(fields: Partial<DevicesState> = {}): DevicesState {
  return {
    status: 'ready',
    devices: [],
    removed: [],
    requests: [],
    changesKeys: true,
    keysDue: false,
    alarm: null,
    ...fields,
  };
}

export function aLinkRequest(fields: Partial<LinkRequest> = {}): LinkRequest {
  const now = Date.now();
  return {
    linkId: uuid() as LinkId,
    deviceName: 'Firefox on Linux',
    deviceType: 'web',
    requestedAtMs: now,
    expiresAtMs: now + 600_000,
    step: 'new',
    code: null,
    ...fields,
  };
}

export function aContact(fields: Partial<ContactState> = {}): ContactState {
  return {
    status: 'ready',
    profile: maya,
    trust: 'unchecked',
    digits: '0123456789'.repeat(6),
    qr: 'safety code of Maya',
    checkedAtMs: null,
    deviceCount: 1,
    change: null,
    ...fields,
  };
}
