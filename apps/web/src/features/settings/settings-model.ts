import { ta } from '../../shared/i18n/app.ts';
import type { FieldErrors, Values } from '../../shared/forms/use-form.ts';

export const sections = [
  'account',
  'security',
  'chat-password',
  'privacy',
  'appearance',
  'keyboard',
  'devices',
  'about',
] as const;
export type Section = (typeof sections)[number];

const titles = {
  account: 'settings.account',
  security: 'settings.security',
  'chat-password': 'settings.chatPassword',
  privacy: 'settings.privacy',
  appearance: 'settings.appearance',
  keyboard: 'settings.keyboard',
  devices: 'settings.devices',
  about: 'settings.about',
} as const;

export function sectionTitle(section: Section): string {
  return ta(titles[section]);
}

export function parseSection(text: string | undefined): Section | null {
  return sections.find((section) => section === text) ?? null;
}

export const changeFields = ['current', 'next'] as const;
export type ChangeField = (typeof changeFields)[number];

export function checkChange(values: Values<ChangeField>): FieldErrors<ChangeField> {
  return {
    ...(values.current === '' && { current: ta('account.missing') }),
    ...(values.next === '' && { next: ta('account.missing') }),
  };
}
