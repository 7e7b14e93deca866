import type { DeviceLink, LinkId } from '@sotto/protocol';
import { ClientError } from '../client-error.ts';
import { WireFailure } from '../transport/wire-failure.ts';
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

/** A request that was let in stays on the screen this long. */
const deliveredShownMs = 20_000;

/** The relay's `gone` is about the request, not about this device. */
async function ended<Result>(task: Promise<Result>): Promise<Result> {
  try {
    return await task;
  } catch (error) {
    if (!(error instanceof WireFailure) || error.wireCode !== 'gone') throw error;
    throw new ClientError('not_found', { cause: error });
  }
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
  /** Until when a request is shown that was let in from here: the relay lists it no longer. */
  const deliveredUntilMs = new Map<LinkId, number>();
  let links: readonly DeviceLink[] = [];
  let holding: Promise<HoldingSide> | null = null;
  let cancelExpiry: () => void = () => undefined;

  /** Loaded with the first request: few sessions ever see one. */
  async function side(): Promise<HoldingSide> {
    holding ??= import('./holding-side.ts').then(({ createHoldingSide }) =>
      createHoldingSide({ context, trust }),
    );
    try {
      return await holding;
    } catch (error) {
      // The file could not be fetched: whoever asks next tries again.
      holding = null;
      throw error;
    }
  }

  function publish(requests: readonly LinkRequest[]): void {
    if (context.isOpen()) shown.set(requests);
  }

  const endsAtMs = (link: DeviceLink): number =>
    deliveredUntilMs.get(link.linkId) ??
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
      if (links.some((link) => link.linkId === linkId)) continue;
      seenAtMs.delete(linkId);
      deliveredUntilMs.delete(linkId);
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
    const told = (await http.call('listDeviceLinks', {})).links;
    // A request that is told twice is one: it is shown, and answered, once.
    const listed = [...new Map(told.map((link) => [link.linkId, link])).values()];
    const isDelivered = ({ linkId }: DeviceLink) => deliveredUntilMs.has(linkId);
    links = [...links.filter(isDelivered), ...listed.filter((link) => !isDelivered(link))];
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
            return { linkId: await ended(holder.answerScanned(input.scanned, links)) };
          }
          await ended(holder.answer(require(input.linkId)));
          return { linkId: input.linkId };
        } finally {
          await load().catch(() => undefined);
        }
      }),
    approve: (linkId) =>
      turns.run(async () => {
        require(linkId);
        await ended((await side()).approve(linkId));
        deliveredUntilMs.set(linkId, platform.clock.now() + deliveredShownMs);
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
