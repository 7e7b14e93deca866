/** Calls every function with each of its arguments replaced by what it must refuse. */
import { describe, expect, it } from 'vitest';
import { isBytes } from '../../src/encoding/bytes.ts';
import { filled, offsetView, refusal } from './builders.ts';

type Tree = Record<string, unknown>;

/** A function, arguments that work, and what else its arguments may be. */
export interface Case {
  call: (args: never) => unknown;
  args: Tree;
  /** What a byte argument of another length does, where it is not a `RangeError`; `any` if all fit. */
  lengths?: Record<string, string>;
}

/** Paths of all leaves. */
function paths(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null || isBytes(value)) return [path];
  const tree: Tree = { ...value };
  return Object.keys(tree).flatMap((key) => paths(tree[key], [...path, key]));
}

function at(value: unknown, path: string[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Tree)[key], value);
}

/** A copy with one leaf replaced. */
function replaced(value: unknown, [key, ...rest]: string[], leaf: unknown): unknown {
  if (key === undefined) return leaf;
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) =>
      String(index) === key ? replaced(item, rest, leaf) : item,
    );
  }
  return { ...(value as Tree), [key]: replaced((value as Tree)[key], rest, leaf) };
}

/** One line for each leaf and variant whose outcome is not the expected one. */
async function surprises(
  cases: Record<string, Case>,
  variants: (leaf: unknown) => unknown[],
  expected: (dotted: string, test: Case) => string | undefined,
): Promise<{ lines: string[]; tried: number }> {
  const lines: string[] = [];
  let tried = 0;
  for (const [name, test] of Object.entries(cases)) {
    for (const path of paths(test.args)) {
      for (const leaf of variants(at(test.args, path))) {
        tried++;
        const want = expected(path.join('.'), test);
        const got = await refusal(() => test.call(replaced(test.args, path, leaf) as never));
        if (want !== undefined && got !== want) {
          lines.push(`${name}(${path.join('.')} = ${typeof leaf}): ${got}, expected ${want}`);
        }
      }
    }
  }
  return { lines, tried };
}

/** What a value of another type does, by path, where it is not a `TypeError`. */
export type OtherTypes = Record<string, string>;

/** Registers the tests for the cases that `get` gives once they have been made. */
export function refusesWrongArguments(
  get: () => Record<string, Case>,
  otherTypes: OtherTypes,
  atLeast: number,
): void {
  describe('Every function', () => {
    it('works with the arguments that the other cases change', async () => {
      const failed: string[] = [];
      for (const [name, { call, args }] of Object.entries(get())) {
        const got = await refusal(() => call(args as never));
        if (got !== 'accepted') failed.push(`${name}: ${got}`);
      }
      expect(failed).toEqual([]);
    });

    it('throws TypeError for a value of another type, or a missing one', async () => {
      const wrongTypes = (leaf: unknown): unknown[] => {
        const others: unknown[] = [
          null,
          true,
          {},
          [1, 2],
          Symbol('s'),
          () => leaf,
          new ArrayBuffer(32),
          new Uint16Array(16),
        ];
        if (typeof leaf !== 'number') others.push(7);
        if (typeof leaf !== 'string') others.push('text');
        if (!isBytes(leaf)) others.push(filled(3, 1));
        return [undefined, ...others];
      };
      const { lines, tried } = await surprises(
        get(),
        wrongTypes,
        (path) => otherTypes[path] ?? 'TypeError',
      );

      expect(lines).toEqual([]);
      expect(tried).toBeGreaterThan(atLeast);
    });

    it('refuses bytes of another length, by RangeError where the caller chose them', async () => {
      const wrongLengths = (leaf: unknown): unknown[] => {
        if (!isBytes(leaf)) return [];
        return [leaf.slice(0, -1), Uint8Array.of(...leaf, 0), new Uint8Array(0)];
      };

      const { lines } = await surprises(get(), wrongLengths, (path, { lengths }) => {
        const want = lengths?.[path] ?? 'RangeError';
        return want === 'any' ? undefined : want;
      });

      expect(lines).toEqual([]);
    });

    it('takes views of larger buffers', async () => {
      const views = (leaf: unknown): unknown[] => (isBytes(leaf) ? [offsetView(leaf)] : []);

      const { lines } = await surprises(get(), views, () => 'accepted');

      expect(lines).toEqual([]);
    });
  });
}
