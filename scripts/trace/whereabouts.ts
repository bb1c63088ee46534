// Where an item is that is not finished, by what the broker tells: its dead letter, or which queues hold anything.
import { readDeadLetters } from '../../services/shared/messaging/dead-letters.ts';
import { readSteps } from '../../services/shared/messaging/envelope.ts';
import { type Broker, withBroker } from '../lab-broker.ts';
import { plural } from '../terminal.ts';
import { lookAtBroker } from '../verdict/broker-look.ts';
import type { DeadItem } from '../verdict/types.ts';
import type { StepView } from './segments.ts';

export interface Death extends DeadItem {
  /** ISO, where it is known. */
  died_at: string | undefined;
  /** As far as it came. */
  steps: StepView[];
}

export interface Whereabouts {
  dead: Death | undefined;
  /** What waits, and what is in hand, in the whole broker: it is one of these, or lost. */
  queues: string[];
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** Reads dead letters, and leaves them where they are. @throws {CannotRun} where the broker cannot be reached */
export async function whereaboutsOf(broker: Broker, id: string): Promise<Whereabouts> {
  return withBroker(broker.amqp, 'lab-trace', async (connection) => {
    const look = await lookAtBroker(connection, broker);
    let dead: Death | undefined;
    for (const { name: queue, kind, waiting } of look.queues) {
      if (kind !== 'dead' || waiting === 0) continue;
      const [letter] = await readDeadLetters(connection, queue, { n: 1, items: [id] });
      if (letter === undefined) continue;
      const steps = readSteps(letter.headers['x-steps']).map(({ queuedAt, startedAt, finishedAt, ...step }) => ({
        ...step,
        queued_at: queuedAt === undefined ? null : iso(queuedAt),
        started_at: iso(startedAt),
        finished_at: iso(finishedAt),
      }));
      const { code, reason, diedAt } = letter;
      dead = { item: id, queue, code, reason, died_at: diedAt === undefined ? undefined : iso(diedAt), steps };
    }
    const waiting = look.queues.filter((queue) => queue.kind !== 'dead' && queue.waiting > 0);
    const queues = [
      ...waiting.map((queue) => `${plural(queue.waiting, 'message')} in ${queue.name}`),
      ...(look.inHand ? [`${plural(look.inHand, 'message')} in workers' hands`] : []),
    ];
    return { dead, queues };
  });
}
