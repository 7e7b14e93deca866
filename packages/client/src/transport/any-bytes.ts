/** The same shape, with byte strings over any kind of buffer: zod infers the narrowest kind. */
export type AnyBytes<Value> = Value extends string | number | boolean | null | undefined
  ? Value
  : Value extends Uint8Array
    ? Uint8Array
    : Value extends readonly (infer Item)[]
      ? AnyBytes<Item>[]
      : { [Key in keyof Value]: AnyBytes<Value[Key]> };
