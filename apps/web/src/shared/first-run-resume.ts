/**
 * What the address remembers while an account is being made: a reload in between finds a sign-in that
 * says where things stand, not an empty sign-up. Nothing of the account itself is kept.
 */
export const resumeState = { resume: true } as const;

export function isResuming(state: unknown): boolean {
  return typeof state === 'object' && state !== null && 'resume' in state && state.resume === true;
}
