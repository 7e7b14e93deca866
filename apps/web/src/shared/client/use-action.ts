import type { ClientErrorCode } from '@sotto/client';
import { useCallback, useLayoutEffect, useRef, useState } from 'react';
import { toActionError } from './action-error.ts';

export interface ActionError {
  code: ClientErrorCode;
  /** No further try before this time, when the engine says so. */
  retryAtMs: number | null;
}

export interface Action<Input> {
  run(input: Input): void;
  pending: boolean;
  error: ActionError | null;
  reset(): void;
}

/**
 * One thing a person can do through the engine: components call `run` and draw `pending` and
 * `error`. The newest run wins; `onDone` hears of each success.
 */
export function useAction<Input, Result>(
  perform: (input: Input) => Promise<Result>,
  onDone?: (result: Result, input: Input) => void,
): Action<Input> {
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<ActionError | null>(null);
  const latest = useRef({ perform, onDone });
  const runs = useRef(0);

  useLayoutEffect(() => {
    latest.current = { perform, onDone };
  });

  const run = useCallback((input: Input) => {
    const id = ++runs.current;
    const settle = (failure: ActionError | null): void => {
      if (id !== runs.current) return;
      setPending(false);
      setError(failure);
    };
    setPending(true);
    setError(null);
    const start = async (): Promise<void> => {
      try {
        const result = await latest.current.perform(input);
        settle(null);
        latest.current.onDone?.(result, input);
      } catch (reason) {
        settle(toActionError(reason));
      }
    };
    void start();
  }, []);

  const reset = useCallback(() => {
    runs.current += 1;
    setPending(false);
    setError(null);
  }, []);

  return { run, pending, error, reset };
}
