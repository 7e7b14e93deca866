import type { Page } from '@playwright/test';

/** The four ways in which every screen is drawn. */
export const looks = [
  { name: 'desktop-light', size: { width: 1280, height: 800 }, colorScheme: 'light' },
  { name: 'desktop-dark', size: { width: 1280, height: 800 }, colorScheme: 'dark' },
  { name: 'phone-light', size: { width: 390, height: 844 }, colorScheme: 'light' },
  { name: 'phone-dark', size: { width: 390, height: 844 }, colorScheme: 'dark' },
] as const;

export type Look = (typeof looks)[number];

/** Draws the page that way and waits until it has been painted. */
export async function wear(page: Page, look: Look): Promise<void> {
  await page.setViewportSize(look.size);
  await page.emulateMedia({ colorScheme: look.colorScheme, reducedMotion: 'reduce' });
  await page.evaluate(async () => {
    await document.fonts.ready;
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  });
}
