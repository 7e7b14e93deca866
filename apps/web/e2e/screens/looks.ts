import type { Page } from '@playwright/test';

/** The four ways in which every screen is drawn. */
export const looks = [
  { name: 'desktop-light', size: { width: 1280, height: 800 }, colorScheme: 'light' },
  { name: 'desktop-dark', size: { width: 1280, height: 800 }, colorScheme: 'dark' },
  { name: 'phone-light', size: { width: 390, height: 844 }, colorScheme: 'light' },
  { name: 'phone-dark', size: { width: 390, height: 844 }, colorScheme: 'dark' },
] as const;

export type Look = (typeof looks)[number];

/** Waits until the page has been painted and nothing moves. */
async function settle(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const ending = document
      .getAnimations()
      .filter((animation) => animation.effect?.getComputedTiming().endTime !== Infinity);
    // One that is cancelled, because its element went away, has come to its end as well.
    await Promise.allSettled(ending.map((animation) => animation.finished));
  });
}

/** Draws the page that way. Size and colours one after the other: a change of both may be painted by halves. */
export async function wear(page: Page, look: Look): Promise<void> {
  await page.setViewportSize(look.size);
  await settle(page);
  await page.emulateMedia({ colorScheme: look.colorScheme, reducedMotion: 'reduce' });
  await settle(page);
}
