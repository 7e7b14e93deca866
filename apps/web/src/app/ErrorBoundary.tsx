import { Component } from 'react';
import type { ReactNode } from 'react';
import { Failure } from './Failure.tsx';

/** A screen that throws is replaced by words and a way on; nothing about it leaves the browser. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    return this.state.broken ? <Failure code={null} /> : this.props.children;
  }
}
