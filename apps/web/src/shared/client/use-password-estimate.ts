import type { PasswordEstimate } from '@sotto/client';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useClient } from './client-context.ts';

/** An estimate of what is being typed; answers that come late are dropped. */
export function usePasswordEstimate() {
  const client = useClient();
  const [estimate, setEstimate] = useState<PasswordEstimate | null>(null);
  const asked = useRef(0);

  const look = useCallback(
    (password: string) => {
      const id = ++asked.current;
      if (password === '') {
        setEstimate(null);
        return;
      }
      client.estimatePassword({ password }).then(
        (answer) => id === asked.current && setEstimate(answer),
        () => id === asked.current && setEstimate(null),
      );
    },
    [client],
  );

  useEffect(
    () => () => {
      asked.current = -1;
    },
    [],
  );

  return { estimate, look };
}
