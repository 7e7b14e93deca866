/** Sixteen digits: every safe integer, in an order that strings keep. */
export function paddedNumber(value: number): string {
  return String(value).padStart(16, '0');
}

/** All keys that start with `prefix` and continue with ids or digits. */
export function keysUnder(prefix: string): { from: string; to: string } {
  return { from: prefix, to: `${prefix}\uffff` };
}
