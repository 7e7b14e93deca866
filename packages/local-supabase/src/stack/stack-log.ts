/** Where the stack reports what happens to its parts; messages never hold secrets. */
export type StackLog = (level: 'info' | 'warn' | 'error', message: string) => void;
