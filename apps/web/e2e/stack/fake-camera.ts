import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import encodeQr from 'qr';

/** A camera that sees whatever is held before it. One browser process looks through it. */
export interface FakeCamera {
  /** What Chromium has to be started with, beside the usual. */
  args: string[];
  /** Must be there before the page asks for the camera. */
  show(qrText: string): void;
  remove(): Promise<void>;
}

/** Without it Chromium refuses every page the camera: nobody is there to be asked. */
export const allowCamera = '--use-fake-ui-for-media-stream';

const pixels = 480;
const frames = 4;

/** One picture of a code as planar YUV 4:2:0: only brightness says something. */
function picture(text: string | null): Buffer {
  const luma = Buffer.alloc(pixels * pixels, 235);
  if (text !== null) {
    const modules = encodeQr(text, 'raw', { ecc: 'medium', border: 4 });
    const scale = Math.floor(pixels / modules.length);
    const margin = Math.floor((pixels - scale * modules.length) / 2);
    for (const [row, cells] of modules.entries()) {
      for (const [column, dark] of cells.entries()) {
        if (!dark) continue;
        for (let y = 0; y < scale; y += 1) {
          const start = (margin + row * scale + y) * pixels + margin + column * scale;
          luma.fill(16, start, start + scale);
        }
      }
    }
  }
  return Buffer.concat([luma, Buffer.alloc((pixels * pixels) / 2, 128)]);
}

/** A short film without end, as YUV4MPEG2. */
function film(text: string | null): Buffer {
  const header = Buffer.from(`YUV4MPEG2 W${pixels} H${pixels} F10:1 Ip A1:1 C420jpeg\n`);
  const frame = Buffer.concat([Buffer.from('FRAME\n'), picture(text)]);
  return Buffer.concat([header, ...Array.from({ length: frames }, () => frame)]);
}

export function createFakeCamera(): FakeCamera {
  const folder = mkdtempSync(join(tmpdir(), 'camera-'));
  const file = join(folder, 'film.y4m');
  writeFileSync(file, film(null));
  return {
    args: [
      allowCamera,
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${file}`,
    ],
    show: (qrText) => writeFileSync(file, film(qrText)),
    remove: () => rm(folder, { recursive: true }),
  };
}
