import type { ReactNode } from 'react';
import { About } from './About.tsx';
import { AccountSettings } from './AccountSettings.tsx';
import { AppearanceSettings } from './AppearanceSettings.tsx';
import { ChatPasswordSettings } from './ChatPasswordSettings.tsx';
import { DeviceSettings } from './DeviceSettings.tsx';
import { KeyboardSettings } from './KeyboardSettings.tsx';
import { Privacy } from './Privacy.tsx';
import type { Section } from './settings-model.ts';

/** Pages that are features of their own; the app hands them in. */
export interface SettingsPages {
  /** The account's devices; what this browser keeps is shown below it. */
  devices: ReactNode;
  security: ReactNode;
}

export interface SettingsPageProps {
  section: Section;
  pages: SettingsPages;
}

export function SettingsPage({ section, pages }: SettingsPageProps) {
  switch (section) {
    case 'account':
      return <AccountSettings />;
    case 'security':
      return pages.security;
    case 'chat-password':
      return <ChatPasswordSettings />;
    case 'privacy':
      return <Privacy />;
    case 'appearance':
      return <AppearanceSettings />;
    case 'keyboard':
      return <KeyboardSettings />;
    case 'devices':
      return (
        <>
          {pages.devices}
          <DeviceSettings />
        </>
      );
    case 'about':
      return <About />;
  }
}
