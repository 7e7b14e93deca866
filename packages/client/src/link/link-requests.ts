import type { DeviceLink, LinkId } from '@sotto/protocol';
import { ClientError } from '../client-error.ts';
import type { AccountContext } from '../engine/account-context.ts';
import { createSerialQueue } from '../engine/serial-queue.ts';
import type { WritableStore } from '../engine/writable-store.ts';
import type { LinkRequest } from '../facade.ts';
import type { TrustStore } from '../trust/trust-store.ts';
import type { HoldingSide } from './holding-side.ts';
import { endOf } from './link-time.ts';

/** Requests to be let into the account, for whoever shows them. Empty while locked. */
export type ShownLinkRequests = WritableStore<readonly LinkRequest[]>;

/** The open requests of the account, as this device sees and answers them. */
export interface LinkRequests {
  /** Fetches the list; after each reconnect and each hint. */
  refresh(): Promise<void>;
  /** Throws `not_found`, `untrusted`, `conflict`. */
  answer(input: { linkId: LinkId } | { scanned: string }): Promise<{ linkId: LinkId }>;
  /** Throws `not_found`, and `conflict` before there is anything to compare. */
  approve(linkId: LinkId): Promise<void>;
  decline(linkId: LinkId): Promise<void>;
  stop(): void;
}

export function createLinkRequests(options: {
  context: AccountContext;
  trust: TrustStore;
  shown: ShownLinkRequests;
}): LinkRequests {
  const { context, trust, shown } = options;
  const { http, platform } = context;
  const turns = createSerialQueue();
  /** When each request was first seen here, by this device's clock. */
  const seenAtMs = new Map<LinkId, number>();
  let links: readonly DeviceLink[] = [];
  let holding: Promise<HoldingSide> | null = null;
  let cancelExpiry: () => void = () => undefined;

  /** Loaded with the first request: few sessions ever see one. */
  const side = (): Promise<HoldingSide> =>
    (holding ??= import('./holding-side.ts').then(({ createHoldingSide }) =>
      createHoldingSide({ context, trust }),
    ));

  function publish(requests: readonly LinkRequest[]): void {
    if (context.isOpen()) shown.set(requests);
  }

  const endsAtMs = (link: DeviceLink): number =>
    endOf(link, seenAtMs.get(link.linkId) ?? platform.clock.now());

  function watchExpiry(): void {
    cancelExpiry();
    if (links.length === 0 || !context.isOpen()) return;
    const nextMs = Math.min(...links.map(endsAtMs));
    const afterMs = Math.max(0, nextMs - platform.clock.now());
    cancelExpiry = platform.clock.setTimer(afterMs, () => {
      void turns.run(show).catch(() => undefined);
    });
  }

  /** Draws what is known, without those that have ended. */
  async function show(): Promise<void> {
    const now = platform.clock.now();
    links = links.filter((link) => link.state !== 'declined' && endsAtMs(link) > now);
    for (const linkId of seenAtMs.keys()) {
      if (!links.some((link) => link.linkId === linkId)) seenAtMs.delete(linkId);
    }
    if (links.length === 0 && !holding) return publish([]);
    const requests = await (await side()).look(links);
    publish(requests.map((request) => ({ ...request, expiresAtMs: endOfShown(request) })));
    watchExpiry();
  }

  function endOfShown({ linkId, expiresAtMs }: LinkRequest): number {
    const link = links.find((one) => one.linkId === linkId);
    return link ? endsAtMs(link) : expiresAtMs;
  }

  async function load(): Promise<void> {
    ({ links } = await http.call('listDeviceLinks', {}));
    const now = platform.clock.now();
    for (const { linkId } of links) if (!seenAtMs.has(linkId)) seenAtMs.set(linkId, now);
    await show();
  }

  const require = (linkId: LinkId): DeviceLink => {
    const link = links.find((one) => one.linkId === linkId);
    if (!link) throw new ClientError('not_found');
    return link;
  };

  return {
    refresh: () => turns.run(load),
    answer: (input) =>
      turns.run(async () => {
        await load();
        const holder = await side();
        try {
          if ('scanned' in input) {
            return { linkId: await holder.answerScanned(input.scanned, links) };
          }
          await holder.answer(require(input.linkId));
          return { linkId: input.linkId };
        } finally {
          await load().catch(() => undefined);
        }
      }),
    approve: (linkId) =>
      turns.run(async () => {
        require(linkId);
        await (await side()).approve(linkId);
        await show();
      }),
    decline: (linkId) =>
      turns.run(async () => {
        await http.call('endDeviceLink', { params: { linkId } });
        links = links.filter((link) => link.linkId !== linkId);
        (await holding)?.forget(linkId);
        await show();
      }),
    stop() {
      cancelExpiry();
      shown.set([]);
    },
  };
}
