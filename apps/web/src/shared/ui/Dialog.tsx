import { X } from 'lucide-react';
import { Dialog as Primitive } from 'radix-ui';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { t } from '../i18n/front.ts';
import { classNames } from './class-names.ts';
import { IconButton } from './IconButton.tsx';

export interface DialogProps {
  title: string;
  lead?: string;
  onClose(): void;
  /** Wider than the usual 400 px. */
  wide?: boolean;
  children: ReactNode;
}

/** Back to where the person was; where that is gone, to what this screen is for. */
function focusAfter(opener: Element | null): void {
  const back = opener instanceof HTMLElement && opener.isConnected && opener !== document.body;
  const home = document.querySelector<HTMLElement>('[data-focus-home]');
  (back ? opener : (home ?? document.getElementById('pane')))?.focus();
}

/**
 * A modal of 400 px, a bottom sheet on a phone. It has no Radix overlay: that part locks scrolling
 * through an injected style element, which the policy of this site refuses; nothing behind scrolls.
 */
export function Dialog({ title, lead, onClose, wide = false, children }: DialogProps) {
  const [opener] = useState(() => document.activeElement);
  return (
    <Primitive.Root open onOpenChange={(open) => !open && onClose()}>
      <Primitive.Portal>
        <div aria-hidden className="fixed inset-0 z-40 animate-fade bg-scrim" />
        <Primitive.Content
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            focusAfter(opener);
          }}
          {...(lead ? {} : { 'aria-describedby': undefined })}
          className={classNames(
            'fixed inset-x-0 bottom-0 z-50 flex max-h-[92dvh] animate-rise flex-col overflow-y-auto overscroll-contain bg-surface shadow-float',
            'rounded-t-bubble border border-hairline pb-[env(safe-area-inset-bottom)]',
            'md:inset-x-auto md:start-1/2 md:top-1/2 md:bottom-auto md:-translate-1/2 md:rounded-card md:rtl:translate-x-1/2',
            wide ? 'md:w-[44rem]' : 'md:w-[25rem]',
          )}
        >
          <div className="flex items-start gap-2 px-6 pt-5">
            <div className="min-w-0 flex-1">
              <Primitive.Title className="text-title font-strong" dir="auto">
                {title}
              </Primitive.Title>
              {lead && (
                <Primitive.Description className="mt-1 text-message text-muted">
                  {lead}
                </Primitive.Description>
              )}
            </div>
            <Primitive.Close asChild>
              <IconButton icon={X} label={t('action.close')} className="-me-2 -mt-1" />
            </Primitive.Close>
          </div>
          <div className="px-6 pt-4 pb-6">{children}</div>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
