import type { ButtonHTMLAttributes, Ref } from 'react';
import { t } from '../i18n/front.ts';
import { buttonClass } from './button-class.ts';
import type { ButtonVariant } from './button-class.ts';
import { classNames } from './class-names.ts';
import { Spinner } from './Spinner.tsx';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: ButtonVariant;
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
      className={buttonClass(variant, classNames(wide && 'w-full', className))}
    >
      {pending && <Spinner />}
      {children}
      {pending && <span className="sr-only">{t('working')}</span>}
    </button>
  );
}
