import { codeGroups } from './link-model.ts';

/** Six digits to compare, big enough to read across two screens; read aloud one by one. */
export function LinkCode({ code, label }: { code: string; label: string }) {
  return (
    <p dir="ltr" className="rounded-card bg-sunken px-4 py-5">
      <span className="sr-only">
        {label}: {code.split('').join(' ')}
      </span>
      <span
        aria-hidden
        className="flex justify-center gap-5 font-mono text-[2.5rem]/[3rem] font-medium tabular-nums"
      >
        {codeGroups(code).map((group, index) => (
          <span key={`${index}-${group}`}>{group}</span>
        ))}
      </span>
    </p>
  );
}
