import { Component } from 'react';
import type { ReactNode } from 'react';
import { t } from '../shared/i18n/front.ts';
import { Failure } from './Failure.tsx';

/** A screen that throws is replaced by words and a way on; nothing about it leaves the browser. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    return this.state.broken ? (
      <Failure title={t('failed.crashed')} words={t('error.internal')} />
    ) : (
      this.props.children
    );
  }
}
