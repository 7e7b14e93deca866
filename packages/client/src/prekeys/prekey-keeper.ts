import { limits } from '@sotto/protocol';
import type { PreKeyStock } from '@sotto/protocol';
import { isClientError } from '../client-error.ts';
import type { AccountContext } from '../engine/account-context.ts';
import type { RandomSource } from '../platform.ts';
import { keysUnder } from '../storage/record-keys.ts';
import { ifDamaged } from '../storage/sealed-store.ts';
import type { StorageWrite } from '../storage/storage-port.ts';
import type { RouteInput } from '../transport/http-client.ts';
import type { GeneratedPreKeys } from './generate-prekeys.ts';
import {
  kemKey,
  oneTimeAtRestSchema,
  oneTimeKey,
  oneTimePrefix,
  preKeyPlanKey,
  preKeyPlanSchema,
  signedKey,
  handshakesPrefix,
} from './prekey-records.ts';
import type { PreKeyPlan } from './prekey-records.ts';
import type { PreKeyStores } from './prekey-stores.ts';
import * as z from 'zod/mini';

const dayMs = 86_400_000;
/** A signed prekey and the last-resort KEM key are exchanged after this. */
const signedLifeMs = 7 * dayMs;
/** What was begun with the former ones arrives within this, or never. */
const formerLifeMs = 30 * dayMs;
/** Refilled to the protocol's limits below these. */
const lowOneTime = 20;
const lowOneTimeKem = 5;
/** Private one-time keys kept: those at the relay, and those claimed for sessions that never came. */
const mostOneTime = 1000;

/** Keeps the relay supplied with this device's prekeys. */
export interface PreKeyKeeper {
  /**
   * Publishes what the relay lacks: everything at first, one-time keys when they run low, signed ones
   * when they are old. What an interruption left unpublished goes first. One run at a time.
   */
  keep(): Promise<void>;
}

export function createPreKeyKeeper(context: AccountContext, stores: PreKeyStores): PreKeyKeeper {
  const { store, http, platform, keys } = context;
  const { clock, random } = platform;

  async function readPlan(): Promise<PreKeyPlan> {
    const stored = await store
      .read('state', preKeyPlanKey, preKeyPlanSchema)
      .catch(ifDamaged(() => undefined));
    return stored ?? freshPlan(random);
  }

  async function writePlan(plan: PreKeyPlan, writes: readonly StorageWrite[] = []): Promise<void> {
    await store.write([...writes, await store.seal('state', preKeyPlanKey, plan)]);
  }

  /** Makes what is wanted and writes it down; the relay hears of it afterwards. */
  async function make(plan: PreKeyPlan, stock: PreKeyStock): Promise<PreKeyPlan> {
    const nowMs = clock.now();
    const isOld = (one: PreKeyPlan['signed']) => !one || nowMs - one.atMs >= signedLifeMs;
    const count = {
      oneTime: stock.oneTime < lowOneTime ? limits.oneTimePreKeys - stock.oneTime : 0,
      oneTimeKem:
        stock.oneTimeKem < lowOneTimeKem ? limits.oneTimeKemPreKeys - stock.oneTimeKem : 0,
    };
    const needsSigned = isOld(plan.signed) || stock.signedPreKey?.id !== plan.signed?.id;
    const needsLastResort =
      isOld(plan.lastResort) || stock.lastResortKemPreKeyId !== plan.lastResort?.id;
    if (count.oneTime + count.oneTimeKem === 0 && !needsSigned && !needsLastResort) return plan;
    const signedId = needsSigned ? plan.nextId + count.oneTime : null;
    const lastResortId = needsLastResort ? plan.nextKemId + count.oneTimeKem : null;
    const { generateInSlices } = await import('./generate-prekeys.ts');
    const made = await generateInSlices({
      wanted: {
        oneTime: { startId: plan.nextId, count: count.oneTime },
        oneTimeKem: { startId: plan.nextKemId, count: count.oneTimeKem },
        signedId,
        lastResortId,
      },
      identitySeed: keys.identity.seed,
      random,
      isOpen: () => context.isOpen(),
    });
    const next: PreKeyPlan = {
      ...plan,
      nextId: plan.nextId + count.oneTime + 1,
      nextKemId: plan.nextKemId + count.oneTimeKem + 1,
      signed: signedId === null ? plan.signed : { id: signedId, atMs: nowMs },
      lastResort: lastResortId === null ? plan.lastResort : { id: lastResortId, atMs: nowMs },
      formerSigned: retire(plan.formerSigned, needsSigned ? plan.signed : null, nowMs),
      formerLastResort: retire(
        plan.formerLastResort,
        needsLastResort ? plan.lastResort : null,
        nowMs,
      ),
      pending: {
        oneTime: made.oneTime.map(({ id }) => id),
        oneTimeKem: made.oneTimeKem.map(({ id }) => id),
        signed: needsSigned,
        lastResort: needsLastResort,
      },
    };
    await writePlan(next, await rowsOf(made));
    return next;
  }

  const rowsOf = ({ oneTime, oneTimeKem, signed, lastResort }: GeneratedPreKeys) =>
    Promise.all([
      ...oneTime.map((record) => store.seal('state', oneTimeKey(record.id), record)),
      ...oneTimeKem.map((record) => store.seal('state', kemKey(record.id), record)),
      ...(signed ? [store.seal('state', signedKey(signed.id), signed)] : []),
      ...(lastResort ? [store.seal('state', kemKey(lastResort.id), lastResort)] : []),
    ]);

  /** The public halves of what is pending, from the rows: the same bytes however often it is repeated. */
  async function bodyOf(plan: PreKeyPlan): Promise<RouteInput<'putPreKeys'>['body']> {
    const { registrationId, signed, lastResort } = plan;
    const pending = plan.pending ?? {
      oneTime: [],
      oneTimeKem: [],
      signed: false,
      lastResort: false,
    };
    const kem = async (id: number) => {
      const record = await stores.kyberPreKeys
        .loadKyberPreKey(id)
        .catch(ifDamaged(() => undefined));
      if (!record) return [];
      return [{ id, publicKey: record.keyPair.publicKey, signature: record.signature }];
    };
    const oneTime = async (id: number) => {
      const record = await stores.preKeys.loadPreKey(id).catch(ifDamaged(() => undefined));
      return record ? [{ id, publicKey: record.keyPair.publicKey }] : [];
    };
    const signedRecord =
      pending.signed && signed ? await stores.signedPreKeys.loadSignedPreKey(signed.id) : undefined;
    const [lastResortKemPreKey] = pending.lastResort && lastResort ? await kem(lastResort.id) : [];
    return {
      registrationId,
      oneTimePreKeys: (await Promise.all(pending.oneTime.map(oneTime))).flat(),
      oneTimeKemPreKeys: (await Promise.all(pending.oneTimeKem.map(kem))).flat(),
      signedPreKey: signedRecord && {
        id: signedRecord.id,
        publicKey: signedRecord.keyPair.publicKey,
        signature: signedRecord.signature,
      },
      lastResortKemPreKey,
    };
  }

  /** Publishes what is pending. Ids that the relay knows with other bytes, as after a lost plan, are given up. */
  async function publish(
    plan: PreKeyPlan,
  ): Promise<{ plan: PreKeyPlan; stock: PreKeyStock | null }> {
    const { pending } = plan;
    if (!pending) return { plan, stock: null };
    const body = await bodyOf(plan);
    if (!context.isOpen()) return { plan, stock: null };
    try {
      const stock = await http.call('putPreKeys', { body });
      const next = { ...plan, pending: null };
      await writePlan(next);
      return { plan: next, stock };
    } catch (error) {
      if (!isClientError(error, 'conflict') && !isClientError(error, 'too_large')) throw error;
      const next: PreKeyPlan = {
        ...freshPlan(random),
        registrationId: plan.registrationId,
        formerSigned: plan.formerSigned,
        formerLastResort: plan.formerLastResort,
      };
      const unwanted: StorageWrite[] = [
        ...pending.oneTime.map(oneTimeKey),
        ...pending.oneTimeKem.map(kemKey),
      ].map((key) => ({ table: 'state', key, remove: true }));
      await writePlan(next, unwanted);
      return { plan: next, stock: null };
    }
  }

  async function dropFormer(plan: PreKeyPlan): Promise<void> {
    const isOver = ({ atMs }: { atMs: number }) => clock.now() - atMs >= formerLifeMs;
    const over = {
      signed: plan.formerSigned.filter(isOver),
      lastResort: plan.formerLastResort.filter(isOver),
    };
    const keysOver = [
      ...over.signed.map(({ id }) => signedKey(id)),
      ...over.lastResort.map(({ id }) => kemKey(id)),
    ];
    for (const { id } of over.lastResort) {
      const uses = await store.range(
        'state',
        keysUnder(handshakesPrefix(id)),
        z.object({}),
        () => undefined,
      );
      keysOver.push(...uses.map(({ key }) => key));
    }
    const kept = await store.range(
      'state',
      keysUnder(oneTimePrefix),
      oneTimeAtRestSchema,
      () => undefined,
    );
    const tooMany = Math.max(0, kept.length - mostOneTime);
    keysOver.push(...kept.slice(0, tooMany).map(({ key }) => key));
    if (keysOver.length === 0) return;
    const next: PreKeyPlan = {
      ...plan,
      formerSigned: plan.formerSigned.filter((one) => !isOver(one)),
      formerLastResort: plan.formerLastResort.filter((one) => !isOver(one)),
    };
    const writes = keysOver.map((key) => ({ table: 'state', key, remove: true }) as const);
    await writePlan(next, writes);
  }

  return {
    async keep() {
      const first = await publish(await readPlan());
      const stock = first.stock ?? (await http.call('getPreKeyStock', {}));
      const { plan } = await publish(await make(first.plan, stock));
      await dropFormer(plan);
    },
  };
}

/** Ids begin somewhere: a plan that was lost is not repeated with other keys under the same ids. */
function freshPlan(random: RandomSource): PreKeyPlan {
  const number = (bytes: number) => random(bytes).reduce((sum, byte) => sum * 256 + byte, 0);
  return {
    registrationId: 1 + (number(4) % 16_380),
    nextId: 1 + number(3),
    nextKemId: 1 + number(3),
    signed: null,
    lastResort: null,
    formerSigned: [],
    formerLastResort: [],
    pending: null,
  };
}

const retire = (
  former: PreKeyPlan['formerSigned'],
  one: PreKeyPlan['signed'],
  atMs: number,
): PreKeyPlan['formerSigned'] => (one ? [...former, { id: one.id, atMs }] : former);
