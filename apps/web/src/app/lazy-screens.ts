import { lazy } from 'react';

/** Everything behind the sign-in is loaded when it is first shown. */
export const FirstRun = lazy(async () => {
  const { FirstRun } = await import('../features/first-run/index.ts');
  return { default: FirstRun };
});

export const NewDevice = lazy(async () => {
  const { NewDevice } = await import('../features/unlock/index.ts');
  return { default: NewDevice };
});

export const UnlockDialog = lazy(async () => {
  const { UnlockDialog } = await import('../features/unlock/index.ts');
  return { default: UnlockDialog };
});

export const Shell = lazy(async () => {
  const { Shell } = await import('./Shell.tsx');
  return { default: Shell };
});

export const Chat = lazy(async () => {
  const { Chat } = await import('../features/chat/index.ts');
  return { default: Chat };
});

export const NewChat = lazy(async () => {
  const { NewChat } = await import('../features/new-chat/index.ts');
  return { default: NewChat };
});

export const Settings = lazy(async () => {
  const { Settings } = await import('../features/settings/index.ts');
  return { default: Settings };
});

export const Shortcuts = lazy(async () => {
  const { Shortcuts } = await import('../features/settings/index.ts');
  return { default: Shortcuts };
});
