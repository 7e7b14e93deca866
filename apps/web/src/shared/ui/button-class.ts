import { classNames } from './class-names.ts';

const variants = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong font-medium',
  secondary: 'border border-control text-ink bg-surface hover:bg-hover font-medium',
  quiet: 'text-ink hover:bg-hover font-medium',
  danger: 'border border-danger text-danger bg-surface hover:bg-danger-bg font-medium',
} as const;

export type ButtonVariant = keyof typeof variants;

/** One look for what is pressed, whether it does something or leads somewhere. */
export function buttonClass(variant: ButtonVariant, more?: string | false): string {
  return classNames(
    'target inline-flex items-center justify-center gap-2 rounded-control px-4 py-1.5 text-message whitespace-nowrap select-none',
    'transition-[background-color,opacity] disabled:cursor-not-allowed disabled:opacity-50',
    variants[variant],
    more,
  );
}
