import { expect, test } from 'vitest';
import { aLinkRequest } from '../../testing/builders.ts';
import { codeGroups, timeLeft, viewAsk, viewRequest } from './link-model.ts';

const idle = { request: null, delivered: false, declined: null, scanning: false } as const;

test('digits are read in two groups of three', () => {
  expect(codeGroups('048213')).toEqual(['048', '213']);
});

test('the time left is minutes and seconds', () => {
  expect(timeLeft(600)).toBe('10:00');
  expect(timeLeft(65)).toBe('1:05');
  expect(timeLeft(0)).toBe('0:00');
});

test('what was done here stays shown when the request is gone', () => {
  expect(viewRequest({ ...idle, delivered: true }).view).toBe('delivered');
  expect(viewRequest({ ...idle, declined: 'notMe' })).toEqual({
    view: 'declined',
    mismatch: false,
  });
  expect(viewRequest({ ...idle, declined: 'mismatch' })).toEqual({
    view: 'declined',
    mismatch: true,
  });
  expect(viewRequest(idle).view).toBe('ended');
});

test('the camera is on only until the request has been answered', () => {
  const scanning = { ...idle, scanning: true };

  expect(viewRequest(scanning).view).toBe('scan');
  expect(viewRequest({ ...scanning, request: aLinkRequest() }).view).toBe('scan');
  for (const step of ['waiting', 'comparing', 'scanned', 'busy'] as const) {
    expect(viewRequest({ ...scanning, request: aLinkRequest({ step }) }).view).toBe('step');
  }
});

test('digits that differ end it here, whatever the engine still says', () => {
  const link = { step: 'comparing', code: '048213' } as const;

  expect(viewAsk({ link, error: null, differed: true })).toEqual({
    view: 'link',
    link: { step: 'ended', cause: 'mismatch' },
  });
});
