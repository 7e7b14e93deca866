import {
  openBox,
  openBoxUnder,
  sealBox,
  type BoxBinding,
} from '../committed-aead/committed-box.ts';
import { assertBytes } from '../encoding/bytes.ts';
import { assertFields, assertLabel } from '../encoding/frame.ts';
import { utf8 } from '../encoding/text.ts';
import type { RandomSource } from '../primitives/random.ts';

/** Which key wraps, what the wrapped key is for, and the ids that place it. */
export interface KeyWrapBinding {
  /** 32 bytes. */
  wrappingKey: Uint8Array;
  /** 1 to 255 printable ASCII characters, for example `epoch-key`. */
  purpose: string;
  context: readonly Uint8Array[];
}

const maxKeyBytes = 4_096;

function bindingOf({ wrappingKey, purpose, context }: KeyWrapBinding): BoxBinding {
  assertBytes(wrappingKey, 'wrappingKey', 32);
  assertLabel(purpose, 'purpose');
  assertFields(context, 'context');
  return { key: wrappingKey, label: 'sotto/v1/key-wrap', fields: [utf8(purpose), ...context] };
}

/** Wraps a key of 16 to 4,096 bytes: 61 bytes longer than the key. */
export async function wrapKey(
  input: KeyWrapBinding & { key: Uint8Array; random?: RandomSource },
): Promise<Uint8Array> {
  const binding = bindingOf(input);
  assertBytes(input.key, 'key');
  if (input.key.length < 16 || input.key.length > maxKeyBytes) {
    throw new RangeError(`key: expected 16 to ${maxKeyBytes} bytes`);
  }
  return sealBox(binding, input.key, input.random);
}

/** The wrapped key; `open_failed` for another wrapping key, purpose or context, or any changed byte. */
export async function unwrapKey(
  input: KeyWrapBinding & { wrapped: Uint8Array },
): Promise<Uint8Array> {
  assertBytes(input.wrapped, 'wrapped');
  return openBox(bindingOf(input), input.wrapped);
}

/**
 * The wrapped key, where one of several keys wrapped it: the box names it, none is tried. `open_failed`
 * if it is none of them, else as {@link unwrapKey}.
 */
export async function unwrapKeyUnder(
  input: Omit<KeyWrapBinding, 'wrappingKey'> & {
    /** 32 bytes each. */
    wrappingKeys: readonly Uint8Array[];
    wrapped: Uint8Array;
  },
): Promise<Uint8Array> {
  const { wrappingKeys, wrapped, ...rest } = input;
  assertFields(wrappingKeys, 'wrappingKeys');
  assertBytes(wrapped, 'wrapped');
  const bindings = wrappingKeys.map((wrappingKey) => bindingOf({ ...rest, wrappingKey }));
  return openBoxUnder(bindings, wrapped);
}
