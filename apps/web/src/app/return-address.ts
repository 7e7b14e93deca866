/** Where to go after signing in: what the link to the page remembered, if it is one of ours. */
export function returnAddress(state: unknown): string {
  if (typeof state !== 'object' || state === null || !('from' in state)) return '/';
  const from = state.from;
  if (typeof from !== 'object' || from === null || !('pathname' in from)) return '/';
  const { pathname } = from;
  const ours = typeof pathname === 'string' && /^\/(?:c|settings)(?:\/[\w-]+)?$/u.test(pathname);
  return ours ? pathname : '/';
}
