// Makes the lab empty: nothing waits, nothing is in hand, nothing is in the books.
//
//   the workers are paused          what they have in hand they finish; where they have it in memory only, they are killed
//   the ledger is emptied           the outbox publishes nothing more
//   the queues are emptied          until nothing follows; a result whose item nobody knows any more becomes a dead letter, and goes too
//   once more                       where a job came in meanwhile
//   the workers go on
//
// Ctrl-C in the middle lets the workers go on, and ends this then. Where it is killed they stay paused: the next reset lets them go on.
import type { BrokerConnection } from '../../services/shared/messaging/connection.ts';
import { managementUrlFor } from '../../services/shared/messaging/management.ts';
import { CannotRun } from '../command.ts';
import { type Broker, withBroker } from '../lab-broker.ts';
import type { LabAddresses, RunningLab } from '../lab-view.ts';
import { ledgerClient } from '../verdict/ledger-client.ts';
import { workerServices } from '../worker-services.ts';
import { emptyLedger } from './empty-ledger.ts';
import { emptyQueues, roleOf } from './empty-queues.ts';
import { interruptible } from './interruptible.ts';
import { whilePaused } from './while-paused.ts';
import { isUnsafe, killWorkers } from './workers.ts';

/** A call to the vendor is given up after three seconds, an image is made in less. */
const IN_HAND_MS = 5_000;
/** A killed worker's connection is closed by its system: the broker knows at once. */
const KILLED_MS = 5_000;
/** What a killed worker had in hand waits again, at once. */
const SOON_MS = 2_000;

export interface EmptyOutcome {
  thrownAway: number;
  /** Items that had been accepted. */
  forgotten: number;
  /** Items in the books at the end: somebody sends. */
  accepted: number;
  /** Queues that did not become quiet: somebody sends, or takes and obeys no pause. */
  restless: string[];
  /** Workers were killed, and have to be started. */
  killed: boolean;
}

function brokerOf({ amqp, management }: LabAddresses): Broker {
  if (amqp === undefined) throw new CannotRun('the broker has no address; ./lab up rabbitmq starts it');
  return { amqp, management: managementUrlFor(amqp, management) };
}

/** What waits, while nobody takes it; nothing where the broker is away. What is left is thrown away with all the rest, later. */
export async function throwAway(addresses: LabAddresses): Promise<void> {
  const signal = AbortSignal.timeout(KILLED_MS);
  try {
    const broker = brokerOf(addresses);
    await withBroker(broker.amqp, 'lab-reset', (connection) =>
      emptyQueues(connection, broker, { stopped: [], withinMs: SOON_MS, signal }),
    );
  } catch {
    // it is started, and asked again, later
  }
}

/** @throws {CannotRun} where the front end, the broker or the database does not answer @throws {Interrupted} */
export async function emptyLab(
  lab: Pick<RunningLab, 'mode' | 'services' | 'kill'>,
  addresses: LabAddresses,
): Promise<EmptyOutcome> {
  const { frontend, database } = addresses;
  if (frontend === undefined) throw new CannotRun('the front end has no address; ./lab up frontend starts it');
  const broker = brokerOf(addresses);
  const workers = workerServices();
  const accepted = async (): Promise<number> => (await ledgerClient(frontend).audit({})).accepted;
  const outcome: EmptyOutcome = { thrownAway: 0, forgotten: 0, accepted: 0, restless: [], killed: false };

  async function kill(which: readonly string[]): Promise<void> {
    await killWorkers(lab, which);
    outcome.killed = true;
  }

  /** All that waits, and then all that those have published who had something in hand. */
  async function clear(connection: BrokerConnection, signal: AbortSignal): Promise<void> {
    const first = await emptyQueues(connection, broker, { stopped: workers, withinMs: IN_HAND_MS, signal });
    outcome.thrownAway += first.thrownAway;
    outcome.restless = first.restless;
    if (first.busy.length === 0) return;
    await kill(first.busy.map(roleOf));
    const second = await emptyQueues(connection, broker, { stopped: workers, withinMs: KILLED_MS, signal });
    outcome.thrownAway += second.thrownAway;
    outcome.restless = second.restless;
  }

  async function empty(connection: BrokerConnection, signal: AbortSignal): Promise<void> {
    if (outcome.forgotten + outcome.accepted > 0) await emptyLedger(lab, database);
    await clear(connection, signal);
    outcome.accepted = await accepted();
  }

  await withBroker(broker.amqp, 'lab-reset', async (connection) => {
    const [before, unsafe] = await Promise.all([accepted(), isUnsafe(frontend)]);
    outcome.forgotten = before;
    await interruptible((signal) =>
      whilePaused(connection, { roles: workers, signal }, async () => {
        if (unsafe) await kill(workers);
        await empty(connection, signal);
        if (outcome.accepted > 0) await empty(connection, signal);
      }),
    );
  });
  return outcome;
}
