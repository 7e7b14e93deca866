import { useEffect, useRef, useState } from 'react';

/** Why the camera does not scan, or that it does. */
export type ScannerState = 'starting' | 'scanning' | 'denied' | 'none' | 'failed';

function stateOf(error: unknown): ScannerState {
  if (!(error instanceof DOMException)) return 'failed';
  if (error.name === 'NotAllowedError' || error.name === 'SecurityError') return 'denied';
  return error.name === 'NotFoundError' || error.name === 'OverconstrainedError'
    ? 'none'
    : 'failed';
}

/**
 * Asks for the camera and reads QR codes from it, each different text once, until the component goes.
 * The decoder is fetched with the first scan; no picture leaves this function.
 */
export function useQrScanner(onText: (text: string) => void) {
  const video = useRef<HTMLVideoElement>(null);
  const [state, setState] = useState<ScannerState>('starting');
  const [attempt, setAttempt] = useState(0);
  const report = useRef(onText);

  useEffect(() => {
    report.current = onText;
  }, [onText]);

  useEffect(() => {
    const player = video.current;
    if (!player) return undefined;
    let over = false;
    let last = '';
    const ends: (() => void)[] = [];
    const stop = (): void => {
      over = true;
      for (const end of ends.splice(0)) end();
    };

    async function scan(target: HTMLVideoElement): Promise<void> {
      const { frameLoop, QRCanvas, rearCamera } = await import('qr/dom.js');
      const camera = await rearCamera(target);
      ends.push(() => camera.stop());
      if (over) return stop();
      const canvas = new QRCanvas({}, { cropToSquare: false });
      ends.push(() => canvas.clear());
      setState('scanning');
      let busy = false;
      const look = async (): Promise<void> => {
        if (busy) return;
        busy = true;
        try {
          const found = await camera.readFrame(canvas, true);
          if (over || typeof found !== 'string' || found === last) return;
          last = found;
          report.current(found);
        } catch {
          // No code in this frame.
        } finally {
          busy = false;
        }
      };
      ends.push(frameLoop(() => void look()));
    }

    void scan(player).catch((error: unknown) => {
      if (!over) setState(stateOf(error));
      stop();
    });
    return stop;
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- another attempt starts over
  }, [attempt]);

  const retry = (): void => {
    setState('starting');
    setAttempt((count) => count + 1);
  };
  return { video, state, retry };
}
