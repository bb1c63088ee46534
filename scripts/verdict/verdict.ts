// Finds out what became of everything that was accepted: from the ledger, the broker and the dead letters.
//
//   all final, or dead          the verdict, at once
//   open, and something moves   asked again each second, as long as the caller waits
//   open, and nothing moves     waited for until that is certain; then what waits is looked through, and what is nowhere is lost
//
// A message leaves the broker only after what follows from it is committed or confirmed. So the broker is asked first and the ledger after
// it: what was published before, is in no queue and in no hand, and is open still, is gone.
import { setTimeout as pause } from 'node:timers/promises';
import type { LedgerAudit } from '../../services/frontend/ledger-routes.ts';
import type { BrokerConnection } from '../../services/shared/messaging/connection.ts';
import { managementUrlFor } from '../../services/shared/messaging/management.ts';
import { CannotRun } from '../command.ts';
import { type Broker, withBroker } from '../lab-broker.ts';
import type { LabAddresses } from '../lab-view.ts';
import { plural } from '../terminal.ts';
import { type BrokerLook, lookAtBroker, waitingIn } from './broker-look.ts';
import { conclude, isStill, missing } from './conclude.ts';
import { type DeadItems, readDeadItems } from './dead-items.ts';
import { type LedgerClient, ledgerClient } from './ledger-client.ts';
import { createQuietWatch, type Quiet } from './quiet.ts';
import type { DeadItem, Verdict } from './types.ts';
import { itemsWaitingIn, MOST_LOOKED_THROUGH } from './waiting-items.ts';

export type { Verdict } from './types.ts';

/** The greatest age of statistics where nobody has set another: two intervals of five seconds. In the lab it is two seconds. */
const STATISTICS_MS = 10_000;
/** More than that: whatever moved at its beginning has shown. */
const QUIET_MS = 12_000;
/** Without acknowledgements the broker does not know what workers hold: then only time can tell. */
const QUIET_UNSAFE_MS = 20_000;
const EVERY_MS = 1_000;
/** How long each question is asked again after that is over. */
const TROUBLE_MS = 3_000;
/** An audit of a large ledger is work for the database: it has three quarters of the time for others. */
const LONGEST_PAUSE_MS = 4_000;

export interface VerdictOptions {
  /** How long to wait for what is in flight, seconds. What is found to stand still is waited for until that is certain. */
  waitSeconds?: number;
  /** Only this job. */
  job?: string;
  /** Called after each look with a sentence. */
  onProgress?: (text: string) => void;
}

interface Seen {
  look: BrokerLook;
  dead: DeadItems;
  audit: LedgerAudit;
}

interface Court {
  ledger: LedgerClient;
  broker: Broker;
  question: { before: string; job?: string };
}

const withLab = <T>({ broker }: Court, work: (connection: BrokerConnection) => Promise<T>): Promise<T> =>
  withBroker(broker.amqp, 'lab-verdict', work);

/** The broker first, then the ledger. The dead letters are read again where their number has changed. */
async function seeAll(court: Court, last: Seen | undefined): Promise<Seen> {
  const { look, dead } = await withLab(court, async (connection) => {
    const seen = await lookAtBroker(connection, court.broker);
    const same = last !== undefined && waitingIn(last.look, 'dead') === waitingIn(seen, 'dead');
    return { look: seen, dead: same ? last.dead : await readDeadItems(connection, seen) };
  });
  return { look, dead, audit: await court.ledger.audit(court.question) };
}

/** Those that are dead and not final by another copy. */
async function deadOf({ ledger, question }: Court, { audit, dead }: Seen): Promise<DeadItem[]> {
  if (dead.byItem.size === 0) return [];
  const { items } = await ledger.openItems(audit, question);
  return items.flatMap(({ item }) => dead.byItem.get(item) ?? []);
}

/** What can be said of what is not still: none of it is known to be lost. */
async function provisional(court: Court, seen: Seen): Promise<Verdict> {
  const { audit, look } = seen;
  const facts = { audit, look, known: false, lost: [], dead: await deadOf(court, seen), unsafe: audit.unsafe };
  return conclude(facts, court.question.before);
}

/** The verdict on what stands still; undefined where it cannot be looked through, or has begun to move. */
async function judge(court: Court, { look, dead }: Seen, { since }: Quiet): Promise<Verdict | undefined> {
  const waiting = look.queues.filter((queue) => queue.kind === 'work' && queue.waiting > 0);
  if (!dead.whole || waiting.some(({ consumers }) => consumers > 0)) return undefined;
  if (waitingIn(look, 'work') > MOST_LOOKED_THROUGH) return undefined;
  const { found, after } = await withLab(court, async (connection) => ({
    found: await itemsWaitingIn(connection, waiting),
    after: await lookAtBroker(connection, court.broker),
  }));
  // What somebody has taken meanwhile was not seen, and is not lost.
  if (found === undefined || JSON.stringify(after.queues) !== JSON.stringify(look.queues)) return undefined;
  const audit = await court.ledger.audit(court.question);
  const { items, whole } = await court.ledger.openItems(audit, court.question);
  const deadItems = items.flatMap(({ item }) => dead.byItem.get(item) ?? []);
  const lost = missing(items, { since, waiting: found, dead: new Set(dead.byItem.keys()) });
  const facts = { audit, look, known: whole, lost, dead: deadItems, unsafe: audit.unsafe };
  return conclude(facts, court.question.before);
}

const progressText = ({ audit, look, dead }: Seen, quiet: Quiet): string => {
  const open = `${plural(audit.open, 'item')} open`;
  const what = [
    `${plural(waitingIn(look, 'work'), 'message')} waiting`,
    `${look.inHand ?? '?'} in hand`,
    ...(waitingIn(look, 'delay') > 0 ? [`${waitingIn(look, 'delay')} to be tried again`] : []),
    ...(dead.byItem.size > 0 ? [`${dead.byItem.size} dead`] : []),
  ];
  const still = quiet.lastedMs >= EVERY_MS ? `; nothing has moved for ${Math.round(quiet.lastedMs / 1000)} s` : '';
  return `${open}: ${what.join(', ')}${still}`;
};

/** Asks until it is answered, within the time, and a little longer: what was broken on purpose is on its way back. */
async function patiently<T>(work: () => Promise<T>, end: number, onTrouble: (text: string) => void): Promise<T> {
  const last = Math.max(end, performance.now() + TROUBLE_MS);
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (performance.now() >= last) throw error instanceof CannotRun ? error : new CannotRun(why);
      onTrouble(why);
      await pause(EVERY_MS);
    }
  }
}

function openCourt({ frontend, amqp, management }: LabAddresses): Omit<Court, 'question'> {
  if (frontend === undefined) throw new CannotRun('the front end is not running; ./lab up frontend starts it');
  if (amqp === undefined) throw new CannotRun('the broker is not running; ./lab up rabbitmq starts it');
  return { ledger: ledgerClient(frontend), broker: { amqp, management: managementUrlFor(amqp, management) } };
}

/**
 * What became of all that was accepted until now. Looking through dead letters and waiting messages marks them as redelivered.
 * @throws {CannotRun} where the front end or the broker does not answer in that time
 */
export async function verdictOf(
  addresses: LabAddresses,
  { waitSeconds = 60, job, onProgress = () => {} }: VerdictOptions = {},
): Promise<Verdict> {
  const end = performance.now() + waitSeconds * 1000;
  const { ledger, broker } = openCourt(addresses);
  const first = await patiently(() => ledger.audit({ job }), end, onProgress);
  const court: Court = { ledger, broker, question: { before: first.at, job } };
  const watch = createQuietWatch(first.at);
  let seen: Seen | undefined;
  let began: number | undefined;
  for (;;) {
    const asked = performance.now();
    const last = seen;
    seen = await patiently(() => seeAll(court, last), end, onProgress);
    const { audit, look, dead } = seen;
    const now = performance.now();
    began ??= now;
    const quiet = watch.see(look, audit, now);
    if (audit.open <= dead.byItem.size) {
      const settled = await provisional(court, seen);
      if (settled.in_flight === 0) return settled;
    }

    const late = now >= end;
    const still = isStill(audit, look);
    const certain = quiet.lastedMs >= (audit.unsafe ? QUIET_UNSAFE_MS : QUIET_MS);
    // What waits for a worker may get one: that is worth the wait.
    if (still && certain && (late || waitingIn(look, 'work') === 0)) {
      const calm = seen;
      const verdict = await patiently(() => judge(court, calm, quiet), end, onProgress);
      if (verdict !== undefined) return verdict;
    }
    // What passed before we came may show only now.
    const maybeOld = now - began < STATISTICS_MS && (look.inHand === undefined || quiet.ended);
    if (late && !maybeOld && (!still || certain || quiet.ended)) return provisional(court, seen);
    onProgress(progressText(seen, quiet));
    await pause(Math.min(Math.max(EVERY_MS, 3 * (now - asked)), LONGEST_PAUSE_MS));
  }
}
