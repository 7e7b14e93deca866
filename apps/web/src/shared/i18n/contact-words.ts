/** Words about checking who a person really is. */
export const contactWords = {
  title: 'Check it’s really {{name}}',
  lead: 'Compare in person or on a call, not in this chat.',
  notFound: 'Nobody you know is here',
  notFoundHint: 'Open the page from a chat with that person.',
  locked: 'Locked',
  lockedHint: 'Unlock to compare safety codes.',
  back: 'Back to the chat',
  devices_one: '{{count}} device reads what you send.',
  devices_other: '{{count}} devices read what you send.',
  sign: {
    unchecked: 'Not checked yet',
    uncheckedMeans:
      'Only people in this chat can read it. It isn’t certain yet that this is really {{name}}.',
    checked: 'Checked',
    checkedMeans:
      'You compared safety codes with {{name}} on {{day}}, and the code is the same since.',
    changed: 'Safety code changed',
    changedMeans:
      'The server offers another key for {{name}}. This can mean a new account. It can also mean that somebody is pretending to be {{name}}. Nothing is sent until you decide.',
    changedChecked: 'You had checked the old code.',
    doubtful: 'Devices in doubt',
    doubtfulMeans:
      'What the server says about {{name}}’s devices doesn’t fit what this device has seen. Nothing is sent to {{name}} until it fits again.',
  },
  show: 'Compare',
  scan: 'Scan',
  ways: 'How to compare',
  digits: 'Safety code',
  newDigits: 'New safety code',
  qr: 'Safety code as a QR code',
  qrHint: '{{name}} can scan this with Sotto.',
  compareHint: 'The same 60 digits on both screens: nobody stands between you.',
  differ: 'Other digits? Don’t send anything private. Call {{name}} and compare again.',
  copy: 'Copy digits',
  match: 'They are the same',
  remove: 'Remove the check',
  scanHint: 'On {{name}}’s screen: open the chat with you, then “{{open}}”.',
  open: 'Check it’s really …',
  scanned: {
    match: 'The codes are the same. {{name}} is checked.',
    no_match:
      'The codes are different. Somebody may be reading along. Don’t send anything private; call {{name}} and compare again.',
    other_person: 'That is a safety code, but not {{name}}’s.',
    malformed: 'That isn’t a safety code.',
  },
  accept: 'Accept the new code',
  acceptTitle: 'Accept the new code of {{name}}?',
  acceptLead:
    'Compare it first, in person or on a call. After that, messages go to the new key, and {{name}} counts as not checked.',
  accepted: 'The new code is in use. Compare it when you can.',
} as const;
