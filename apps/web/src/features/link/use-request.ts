import type { LinkId } from '@sotto/protocol';
import { useState } from 'react';
import { useClient } from '../../shared/client/client-context.ts';
import { useAction } from '../../shared/client/use-action.ts';
import { useStore } from '../../shared/client/use-store.ts';
import { viewRequest } from './link-model.ts';
import type { RequestProgress } from './link-model.ts';

/** `asked`: the request in question; null while a code is still to be read. */
export function useRequest(asked: LinkId | null) {
  const client = useClient();
  const { requests } = useStore(client.devices);
  const [linkId, setLinkId] = useState(asked);
  const [scanning, setScanning] = useState(asked === null);
  const [delivered, setDelivered] = useState(false);
  const [declined, setDeclined] = useState<RequestProgress['declined']>(null);
  const request = requests.find((one) => one.linkId === linkId) ?? null;

  const compare = useAction((id: LinkId) => client.answerLink({ linkId: id }));
  const scan = useAction(
    (scanned: string) => client.answerLink({ scanned }),
    (answered) => {
      setLinkId(answered.linkId);
      setScanning(false);
    },
  );
  const approve = useAction(
    (id: LinkId) => client.approveLink({ linkId: id }),
    () => setDelivered(true),
  );
  const decline = useAction(
    ({ id }: { id: LinkId; why: 'notMe' | 'mismatch' }) => client.declineLink({ linkId: id }),
    (_, { why }) => setDeclined(why),
  );

  return {
    shown: viewRequest({ request, delivered, declined, scanning }),
    compare,
    scan,
    approve,
    decline,
    /** Mounting the scanner is what asks for the camera. */
    startScan: () => {
      compare.reset();
      setScanning(true);
    },
    /** To the digits; null where there is no request to compare them for. */
    stopScan:
      linkId === null
        ? null
        : () => {
            scan.reset();
            setScanning(false);
            compare.run(linkId);
          },
  };
}

export type RequestActions = Omit<ReturnType<typeof useRequest>, 'shown'>;
