import encodeQr from 'qr';
import { useMemo } from 'react';

/** Dark on a white card in both themes: scanners expect it. The border is 4 modules wide. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { size, path } = useMemo(() => {
    const modules = encodeQr(text, 'raw', { ecc: 'medium', border: 4 });
    const squares = modules.flatMap((row, y) =>
      row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])),
    );
    return { size: modules.length, path: squares.join('') };
  }, [text]);
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
      className="size-60 shrink-0 rounded-card border border-hairline bg-white forced-color-adjust-none"
    >
      <path d={path} fill="#14171a" />
    </svg>
  );
}
