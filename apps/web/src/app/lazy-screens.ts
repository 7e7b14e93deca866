import { lazy } from 'react';
import { whenIdle } from '../shared/ui/when-idle.ts';

const load = {
  firstRun: () => import('../features/first-run/index.ts'),
  secondFactor: () => import('../features/second-factor/index.ts'),
  unlock: () => import('../features/unlock/index.ts'),
  shell: () => import('./Shell.tsx'),
  chat: () => import('../features/chat/index.ts'),
  contact: () => import('../features/contact/index.ts'),
  newChat: () => import('../features/new-chat/index.ts'),
  settings: () => import('../features/settings/index.ts'),
  devices: () => import('../features/devices/index.ts'),
  link: () => import('../features/link/index.ts'),
  security: () => import('../features/security/index.ts'),
};

/** Everything behind the sign-in is loaded when it is first shown. */
export const FirstRun = lazy(async () => ({ default: (await load.firstRun()).FirstRun }));
export const SecondFactor = lazy(async () => ({
  default: (await load.secondFactor()).SecondFactor,
}));
export const NewDevice = lazy(async () => ({ default: (await load.unlock()).NewDevice }));
export const UnlockDialog = lazy(async () => ({ default: (await load.unlock()).UnlockDialog }));
export const Shell = lazy(async () => ({ default: (await load.shell()).Shell }));
export const Chat = lazy(async () => ({ default: (await load.chat()).Chat }));
export const Contact = lazy(async () => ({ default: (await load.contact()).Contact }));
export const NewChat = lazy(async () => ({ default: (await load.newChat()).NewChat }));
export const Settings = lazy(async () => ({ default: (await load.settings()).Settings }));
export const Devices = lazy(async () => ({ default: (await load.devices()).Devices }));
export const AlarmBar = lazy(async () => ({ default: (await load.devices()).AlarmBar }));
export const NewDeviceBar = lazy(async () => ({ default: (await load.devices()).NewDeviceBar }));
export const AddDevice = lazy(async () => ({ default: (await load.link()).AddDevice }));
export const AskToJoin = lazy(async () => ({ default: (await load.link()).AskToJoin }));
export const RequestBar = lazy(async () => ({ default: (await load.link()).RequestBar }));
export const Security = lazy(async () => ({ default: (await load.security()).Security }));
export const Shortcuts = lazy(async () => ({ default: (await load.settings()).Shortcuts }));

/** Fetches the rest in quiet, so that nothing is missing when the connection is. */
export function loadScreensWhenIdle(): void {
  whenIdle(() => {
    const all = Object.values(load).map((fetch) => fetch());
    // Tried again, and shown, when the screen is really opened.
    void Promise.allSettled(all);
  });
}
