/** One way in which a planted value could appear in a place where it must not. */
export interface Needle {
  encoding: string;
  bytes: Buffer;
}

/**
 * The characters of base64 that are the same wherever the value begins in a longer text: one
 * variant per alignment, without the characters that its neighbours have a share in.
 */
function base64Variants(value: Buffer, alphabet: 'base64' | 'base64url'): Needle[] {
  return [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), value]).toString(alphabet);
    const firstOwn = Math.ceil((shift * 8) / 6);
    const pastOwn = Math.floor(((shift + value.length) * 8) / 6);
    return {
      encoding: `${alphabet}+${shift}`,
      bytes: Buffer.from(text.slice(firstOwn, pastOwn), 'latin1'),
    };
  });
}

function bigEndian(littleEndian: Buffer): Buffer {
  return Buffer.from(littleEndian).swap16();
}

/** A text as UTF-8 and as UTF-16 of both byte orders. */
function textForms(text: string): Needle[] {
  const wide = Buffer.from(text, 'utf16le');
  return [
    { encoding: 'utf8', bytes: Buffer.from(text, 'utf8') },
    { encoding: 'utf16le', bytes: wide },
    { encoding: 'utf16be', bytes: bigEndian(wide) },
  ];
}

function asText({ encoding, bytes }: Needle): Needle[] {
  const written: Needle[] = [
    { encoding: 'hex', bytes: Buffer.from(bytes.toString('hex')) },
    { encoding: 'HEX', bytes: Buffer.from(bytes.toString('hex').toUpperCase()) },
    ...base64Variants(bytes, 'base64'),
    ...base64Variants(bytes, 'base64url'),
  ];
  return written.flatMap((text) =>
    textForms(text.bytes.toString('latin1')).map((form) => ({
      encoding: `${encoding} as ${text.encoding} as ${form.encoding}`,
      bytes: form.bytes,
    })),
  );
}

/** Every form in which the canary looks for a value: raw, hex, base64, base64url, and all of them in UTF-16. */
export function needlesOf(value: string | Uint8Array): Needle[] {
  const forms =
    typeof value === 'string' ? textForms(value) : [{ encoding: 'raw', bytes: Buffer.from(value) }];
  const needles = [...forms, ...forms.flatMap(asText)];
  const distinct = new Map(needles.map((needle) => [needle.bytes.toString('latin1'), needle]));
  return [...distinct.values()];
}
