/**
 * Who may do what to which table. One row a table; a table without a row fails the test, and so does
 * a row without a table.
 *
 * `rows`: allowed, and the row in question is there. `none`: allowed, but row level security hides
 * it. `denied`: no privilege. Nobody writes: the relay's functions do.
 */
export const actors = [
  'owner',
  'member',
  'removedMember',
  'otherUser',
  'revokedDevice',
  'withoutFactor',
  'endedSession',
  'anon',
  'serviceRole',
] as const;
export type Actor = (typeof actors)[number];

export type Outcome = 'rows' | 'none' | 'denied';

/** Select only: insert, update, delete and truncate are `denied` to every actor on every table. */
export type SelectRow = Record<Actor, Outcome>;

/** Hidden from strangers, from everybody who is out, and from requests without a user. */
const outside = {
  removedMember: 'none',
  otherUser: 'none',
  revokedDevice: 'none',
  withoutFactor: 'none',
  endedSession: 'none',
  anon: 'denied',
  serviceRole: 'rows',
} as const;

const ownerOnly: SelectRow = { ...outside, owner: 'rows', member: 'none' };
const members: SelectRow = { ...outside, owner: 'rows', member: 'rows' };

const nobody: SelectRow = {
  owner: 'denied',
  member: 'denied',
  removedMember: 'denied',
  otherUser: 'denied',
  revokedDevice: 'denied',
  withoutFactor: 'denied',
  endedSession: 'denied',
  anon: 'denied',
  serviceRole: 'denied',
};

/** The row in question: the owner's own, or of the chat that owner and member share. */
export const accessMatrix: Record<string, SelectRow> = {
  'public.profiles': members,
  'public.account_vaults': ownerOnly,
  'public.devices': ownerOnly,
  'public.device_manifests': members,
  'public.chats': members,
  'public.chat_members': members,
  'public.chat_key_epochs': members,
  'public.chat_key_wraps': ownerOnly,
  'public.messages': members,
  'public.message_receipts': members,
  // Handed out by claims, one at a time, and read by nobody.
  'public.signed_prekeys': nobody,
  'public.kem_prekeys': nobody,
  'public.one_time_prekeys': nobody,
  'private.audit_events': nobody,
  'private.device_links': nobody,
  'private.ended_sessions': nobody,
  'private.prekey_claims': nobody,
  'private.second_factor_backups': nobody,
};
