import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { t } from '../i18n/front.ts';
import { BrandMark } from './BrandMark.tsx';

export interface CentredPageProps {
  title: string;
  lead?: string | undefined;
  /** Above the title: where in a sequence this page stands. */
  before?: ReactNode;
  children: ReactNode;
  footer?: ReactNode;
}

/**
 * Takes the focus when the button that led here is gone: otherwise it would start over at the top,
 * and a screen reader would say nothing.
 */
function Heading({ title }: { title: string }) {
  const heading = useRef<HTMLHeadingElement>(null);

  useEffect(() => {
    if (document.activeElement === document.body) heading.current?.focus();
  }, []);

  return (
    <h1 ref={heading} tabIndex={-1} className="text-hero" dir="auto">
      {title}
    </h1>
  );
}

/** One column of 400 px: sign-in, set-up, failures. */
export function CentredPage({ title, lead, before, children, footer }: CentredPageProps) {
  return (
    <main className="grid min-h-dvh place-items-center px-4 py-8 pt-[max(2rem,env(safe-area-inset-top))] pb-[max(2rem,env(safe-area-inset-bottom))]">
      <div className="flex w-full max-w-[25rem] flex-col gap-6 md:-mt-12">
        <div className="no-print flex items-center gap-2.5">
          <BrandMark />
          <span className="text-title font-strong tracking-tight">{t('brand')}</span>
        </div>
        {before}
        <header className="no-print flex flex-col gap-1.5">
          <Heading key={title} title={title} />
          {lead && <p className="text-muted">{lead}</p>}
        </header>
        {children}
        {footer && <footer className="no-print text-dense text-muted">{footer}</footer>}
      </div>
    </main>
  );
}
