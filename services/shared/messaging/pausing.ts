// Pausing a role: its replicas take no more from the queues that they share until it goes on. The broker cannot hold back a queue
// from its consumers, so they obey a word.
//
//   pause    the flag is made, then `stop` is published to the role's control exchange
//   resume   the flag is taken away, then `start` is published
//
// A replica binds its control queue first, then looks for the flag, and consumes only then: whenever it comes, it sees the flag or
// hears the word, and it takes not one message of a role that is paused. The flag is a durable exchange, so it outlives the broker.
// What a stock or foreign participant consumes is not paused: it knows nothing of this.
import type { Log } from '../log.ts';
import type { BrokerConnection } from './connection.ts';
import { declareControl, declareControlQueue } from './declarations.ts';
import { decodeData } from './envelope.ts';
import { controlExchangeOf, pausedFlagOf } from './names.ts';

type Command = 'stop' | 'start';

const NOT_FOUND = 404;
/** Words to a role, unanswered. */
const PREFETCH = 10;

async function publish(connection: BrokerConnection, role: string, command: Command): Promise<void> {
  const target = { exchange: controlExchangeOf(role), key: '' };
  const word = JSON.stringify({ protocol: 'network', command });
  await connection.publisher.publish(target, word, { unroutable: 'drop' }); // nobody there to hear it is no error
}

/**
 * Pauses a role; no harm where it is. Resolves when the broker has the flag and the word: running replicas hear it within
 * milliseconds, and finish what is in their hands. Rejects where the broker is away or does not confirm: ask again then.
 */
export async function pauseRole(connection: BrokerConnection, role: string): Promise<void> {
  await connection.withChannel(async (channel) => {
    await declareControl(channel, role);
    await channel.assertExchange(pausedFlagOf(role), 'fanout', { durable: true });
  });
  await publish(connection, role, 'stop');
}

/** Lets a role take work again; no harm where it does. Rejects as `pauseRole` does. */
export async function resumeRole(connection: BrokerConnection, role: string): Promise<void> {
  await connection.withChannel(async (channel) => {
    await declareControl(channel, role);
    await channel.deleteExchange(pausedFlagOf(role));
  });
  await publish(connection, role, 'start');
}

/** Whether a role is paused now. Rejects where the broker is away. */
export function isPaused(connection: BrokerConnection, role: string): Promise<boolean> {
  return isPausedAfter(Promise.resolve(), connection, role);
}

/** Looks for the flag when something else is through; opens its channel meanwhile, for a start waits for this. */
async function isPausedAfter(first: Promise<unknown>, connection: BrokerConnection, role: string): Promise<boolean> {
  try {
    // On a channel of its own: the broker closes it where the flag is not there.
    await connection.withChannel(async (channel) => {
      await first;
      await channel.checkExchange(pausedFlagOf(role));
    });
    return true;
  } catch (error) {
    if ((error as { code?: number }).code === NOT_FOUND) return false;
    throw error;
  }
}

function commandIn(content: Buffer): Command | undefined {
  const { protocol, command } = (decodeData(content) ?? {}) as { protocol?: unknown; command?: unknown };
  return protocol === 'network' && (command === 'stop' || command === 'start') ? command : undefined;
}

/**
 * Has a replica obey: while its role is paused, `connection` does not consume from `queues`. To be called before it is connected.
 * Rejects where the broker refuses what this declares.
 */
export async function obeyPauses(
  connection: BrokerConnection,
  role: string,
  queues: readonly string[],
  log: Log,
): Promise<void> {
  async function obey(paused: boolean): Promise<void> {
    if (paused === connection.paused()) return;
    log.info({ role }, paused ? 'paused: takes no more from its queues' : 'takes work again');
    await connection.pauseConsuming(paused ? queues : []);
  }

  let control = '';
  let heard = 0;
  const declared = connection.declare(async (channel) => {
    const before = heard;
    const bound = declareControlQueue(channel, role);
    const [queue, paused] = await Promise.all([bound, isPausedAfter(bound, connection, role)]);
    control = queue;
    if (heard === before) await obey(paused); // else that word is newer
  });
  // Nothing is consumed before that is through: what was said since the queue was bound is heard after what the flag said.
  const consuming = connection.consume(
    () => control,
    PREFETCH,
    (incoming) => {
      incoming.ack();
      const command = commandIn(incoming.message.content);
      if (command === undefined) return;
      heard += 1;
      obey(command === 'stop').catch((error: unknown) => log.warn({ err: error, command }, 'could not obey at once'));
    },
  );
  await Promise.all([declared, consuming]);
}
