import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { buttonClass } from './button-class.ts';
import type { ButtonVariant } from './button-class.ts';

export interface ButtonLinkProps {
  to: string;
  variant?: ButtonVariant;
  children: ReactNode;
}

/** Looks like a button and leads to another page. */
export function ButtonLink({ to, variant = 'secondary', children }: ButtonLinkProps) {
  return (
    <Link to={to} className={buttonClass(variant)}>
      {children}
    </Link>
  );
}
