export const steps = ['profile', 'chatPassword', 'recoveryKey'] as const;
export type Step = (typeof steps)[number];
