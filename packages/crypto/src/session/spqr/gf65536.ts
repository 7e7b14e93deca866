/**
 * GF(2^16) modulo x^16 + x^12 + x^3 + x + 1 (0x1100b), by tables of powers of x, which generates the
 * multiplicative group. Only public data passes through: keys and ciphertexts of the KEM.
 */
const polynomial = 0x1100b;
const groupOrder = 65_535;

let tables: { power: Uint16Array; logarithm: Uint16Array } | undefined;

function makeTables(): { power: Uint16Array; logarithm: Uint16Array } {
  const power = new Uint16Array(2 * groupOrder);
  const logarithm = new Uint16Array(groupOrder + 1);
  let value = 1;
  for (let i = 0; i < groupOrder; i++) {
    power[i] = value;
    power[i + groupOrder] = value;
    logarithm[value] = i;
    value <<= 1;
    if (value > 0xffff) value ^= polynomial;
  }
  return { power, logarithm };
}

/** The product; addition and subtraction are both XOR. */
export function multiply(a: number, b: number): number {
  if (a === 0 || b === 0) return 0;
  tables ??= makeTables();
  const exponent = (tables.logarithm[a] ?? 0) + (tables.logarithm[b] ?? 0);
  return tables.power[exponent] ?? 0;
}

/** a / b; b is not zero. */
export function divide(a: number, b: number): number {
  if (b === 0) throw new RangeError('b: division by zero');
  if (a === 0) return 0;
  tables ??= makeTables();
  const exponent = (tables.logarithm[a] ?? 0) - (tables.logarithm[b] ?? 0) + groupOrder;
  return tables.power[exponent] ?? 0;
}
