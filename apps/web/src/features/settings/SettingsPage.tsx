import { About } from './About.tsx';
import { AccountSettings } from './AccountSettings.tsx';
import { AppearanceSettings } from './AppearanceSettings.tsx';
import { ChatPasswordSettings } from './ChatPasswordSettings.tsx';
import { DeviceSettings } from './DeviceSettings.tsx';
import { KeyboardSettings } from './KeyboardSettings.tsx';
import { Privacy } from './Privacy.tsx';
import type { Section } from './settings-model.ts';

export function SettingsPage({ section }: { section: Section }) {
  switch (section) {
    case 'account':
      return <AccountSettings />;
    case 'chat-password':
      return <ChatPasswordSettings />;
    case 'privacy':
      return <Privacy />;
    case 'appearance':
      return <AppearanceSettings />;
    case 'keyboard':
      return <KeyboardSettings />;
    case 'device':
      return <DeviceSettings />;
    case 'about':
      return <About />;
  }
}
