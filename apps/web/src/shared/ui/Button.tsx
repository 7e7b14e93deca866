import type { ButtonHTMLAttributes, Ref } from 'react';
import { t } from '../i18n/front.ts';
import { classNames } from './class-names.ts';
import { Spinner } from './Spinner.tsx';

const variants = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong font-medium',
  secondary: 'border border-control text-ink bg-surface hover:bg-hover font-medium',
  quiet: 'text-ink hover:bg-hover font-medium',
  danger: 'border border-danger text-danger bg-surface hover:bg-danger-bg font-medium',
} as const;

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: keyof typeof variants;
  pending?: boolean;
  wide?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

/** Stays focusable while pending, so that focus is never lost to the page. */
export function Button({
  variant = 'secondary',
  pending = false,
  wide = false,
  className,
  children,
  onClick,
  type = 'button',
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      // oxlint-disable-next-line react/button-has-type -- the default is `button`
      type={type}
      aria-disabled={pending || undefined}
      onClick={(event) => (pending ? event.preventDefault() : onClick?.(event))}
      className={classNames(
        'target inline-flex items-center justify-center gap-2 rounded-control px-4 py-1.5 text-message whitespace-nowrap select-none',
        'transition-[background-color,opacity] disabled:cursor-not-allowed disabled:opacity-50',
        variants[variant],
        wide && 'w-full',
        className,
      )}
    >
      {pending && <Spinner />}
      {children}
      {pending && <span className="sr-only">{t('working')}</span>}
    </button>
  );
}
