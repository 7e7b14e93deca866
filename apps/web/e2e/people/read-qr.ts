import type { Locator } from '@playwright/test';
import decodeQr from 'qr/decode.js';

const pixelsPerModule = 4;

/** What the QR code on a page says, read from the squares that are drawn. */
export async function readQr(code: Locator): Promise<string> {
  const { size, squares } = await code.evaluate((svg: SVGSVGElement) => ({
    size: svg.viewBox.baseVal.width,
    squares: svg.querySelector('path')?.getAttribute('d') ?? '',
  }));
  const side = size * pixelsPerModule;
  const data = new Uint8ClampedArray(side * side * 4).fill(255);
  for (const [, x, y] of squares.matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
    for (let pixel = 0; pixel < pixelsPerModule ** 2; pixel += 1) {
      const column = Number(x) * pixelsPerModule + (pixel % pixelsPerModule);
      const row = Number(y) * pixelsPerModule + Math.floor(pixel / pixelsPerModule);
      data.fill(0, (row * side + column) * 4, (row * side + column) * 4 + 3);
    }
  }
  return decodeQr({ width: side, height: side, data });
}
