import { createHmac } from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const stepMs = 30_000;

function decodeBase32(text: string): Buffer {
  const bytes: number[] = [];
  let word = 0;
  let bits = 0;
  for (const character of text) {
    word = ((word << 5) | alphabet.indexOf(character)) & 0xffff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((word >>> bits) & 0xff);
  }
  return Buffer.from(bytes);
}

/** An authenticator app: six digits of RFC 6238 from what its owner scanned. A code works once. */
export class Authenticator {
  readonly #secret: Buffer;
  #lastStep = 0;

  /** From the address in the QR code, `otpauth://totp/…?secret=…`. */
  constructor(otpauthUrl: string) {
    this.#secret = decodeBase32(new URL(otpauthUrl).searchParams.get('secret') ?? '');
  }

  /** The next code that was not shown yet; waits for it if need be, at most half a minute. */
  async code(): Promise<string> {
    let step = Math.floor(Date.now() / stepMs);
    while (step <= this.#lastStep) {
      await new Promise((resolve) => {
        setTimeout(resolve, (this.#lastStep + 1) * stepMs - Date.now() + 50);
      });
      step = Math.floor(Date.now() / stepMs);
    }
    this.#lastStep = step;
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(step));
    const hash = createHmac('sha1', this.#secret).update(counter).digest();
    const offset = (hash.at(-1) ?? 0) & 15;
    return String((hash.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000).padStart(6, '0');
  }
}
