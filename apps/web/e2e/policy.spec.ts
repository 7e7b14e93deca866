import { frontWords } from '../src/shared/i18n/front-words.ts';
import { setUpDesk } from './people/desk.ts';
import { watchPolicy } from './people/watch-policy.ts';
import { expect, test } from './test.ts';

test('every answer carries the policy, to the letter', async ({ request, stack }) => {
  const { origin } = await stack.plugIn();
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types sotto-worker',
  ];

  for (const path of ['/', '/sign-in', '/icon.svg', '/health', '/nowhere', '/api/nowhere']) {
    const headers = (await request.get(`${origin}${path}`)).headers();
    expect(headers['content-security-policy']?.split('; '), path).toEqual(policy);
    expect(headers, path).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
  }
});

test('the watch over all these tests notices a breach and a third party', async ({
  browser,
  stack,
}) => {
  const violations: string[] = [];
  const desk = await setUpDesk(browser, stack);
  await watchPolicy(desk, violations);
  const page = await desk.context.newPage();
  await page.goto('/sign-in');
  await expect(page.getByRole('button', { name: frontWords.signIn.submit })).toBeVisible();
  expect(violations).toEqual([]);

  await page.evaluate(() => {
    try {
      document.body.setAttribute('onclick', 'globalThis.injected = true');
    } catch {
      // Refused by Trusted Types: that is the point.
    }
    document.body.append(Object.assign(new Image(), { src: 'http://127.0.0.1:9/pixel.png' }));
    setTimeout(() => {
      throw new Error('nobody caught this');
    });
  });

  await expect.poll(() => violations.join('\n')).toContain('nobody caught this');
  await expect.poll(() => violations.join('\n')).toMatch(/img-src http:\/\/127\.0\.0\.1:9/);
  await expect.poll(() => violations.join('\n')).toMatch(/trusted/i);
  expect(await page.evaluate(() => 'injected' in globalThis)).toBe(false);
  await desk.context.close();
});

test('no other site may frame a page', async ({ page, stack }) => {
  const { origin } = await stack.plugIn();
  await page.route('http://elsewhere.test/', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<iframe src="${origin}/sign-in"></iframe>`,
    }),
  );
  await page.goto('http://elsewhere.test/');

  const framed = page
    .frameLocator('iframe')
    .getByRole('button', { name: frontWords.signIn.submit });
  await expect.poll(() => page.frames()[1]?.url() ?? '').toContain('chrome-error:');
  await expect(framed).toHaveCount(0);
});
