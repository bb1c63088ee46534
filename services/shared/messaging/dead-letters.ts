// Dead letters: what is there and why, sending it back to where it died, throwing it away.
//
// A dead letter came by one of two ways. Ours (`bury` in fate.ts) says in `x-dead-*` headers what was wrong and where; the broker, for
// what was rejected or handed out too often, in `x-death`.
import type { GetMessage } from 'amqplib';
import type { BrokerConnection } from './connection.ts';
import { isUrgent } from './envelope.ts';
import type { Management } from './management.ts';
import { deadLettersOf } from './names.ts';
import { createPace } from './pace.ts';
import { MOST_PEEKED, type PeekedMessage, peekQueue, readPeeked } from './peek.ts';
import type { Headers } from './publish-frames.ts';
import { sweep, type Verdict } from './sweep.ts';
import { PublishError } from './types.ts';

/** What all queues of dead letters begin with. */
export const DEAD_PREFIX = deadLettersOf('');

export interface DeadLetterQueue {
  queue: string;
  /** The queue whose dead letters these are, by its name. */
  from: string;
  /** Messages that wait in it, at this moment. */
  waiting: number;
  consumers: number;
}

export interface DeadLetter extends PeekedMessage {
  /** Ours, such as `cannot-send`, or the broker's: `rejected`, `delivery_limit`, `expired`, `maxlen`. */
  code: string;
  /** A sentence. */
  reason: string;
  /** The queue in which it died, and to which a replay sends it. */
  from: string;
  /** How often it died there, since it was last replayed. */
  times: number;
  /** Epoch milliseconds, where it is known. */
  diedAt: number | undefined;
}

/** Which dead letters of a queue: those of these items, or of any. */
export interface Which {
  items?: readonly string[];
}

export interface ReplayOptions extends Which {
  /** No more than so many. */
  n?: number;
  /** No more than so many a second. */
  perSecond?: number;
  /** Fields of the data that get another value: what was wrong with the message is mended. */
  set?: Readonly<Record<string, string>>;
  /** Ends it after the message that is on its way. */
  signal?: AbortSignal;
  /** Called after each. */
  onReplayed?: (replayed: number) => void;
}

export interface Replay {
  replayed: number;
  /** Those that were meant and stayed where they were, by the queue to which they could not be sent. */
  kept: { to: string; count: number; why: string }[];
}

/** While some are kept in hand to reach those behind them, no more than these. */
const MOST_KEPT = 10_000;
const MOST_KEPT_BYTES = 256 * 1024 * 1024;
/** What a message says about its death, and about deliveries that are over. */
const OF_ITS_DEATH = /^x-(dead-|death$|first-death-|last-death-|delivery-count$|acquired-count$|opt-)|^x-attempt$/;

/** Why the broker itself made a dead letter of a message. */
const BROKER_REASONS: Record<string, string> = {
  rejected: 'whoever had it in hand rejected it',
  delivery_limit: 'it was handed out too often without an answer: whoever took it died, or lost its connection',
  expired: 'it waited longer than it may',
  maxlen: 'the queue was full',
};

/** The queues of dead letters that are there, by name. @throws {ManagementError} */
export async function listDeadLetters(
  connection: BrokerConnection,
  management: Pick<Management, 'queues'>,
): Promise<DeadLetterQueue[]> {
  const queues = await management.queues();
  const names = queues
    .filter(({ name, exclusive }) => name.startsWith(DEAD_PREFIX) && !exclusive)
    .map(({ name }) => name);
  const found: DeadLetterQueue[] = [];
  for (const queue of names.sort()) {
    // The management API counts up to seconds late.
    const counted = await connection.withChannel((channel) => channel.checkQueue(queue)).catch(ifGone);
    if (counted === undefined) continue;
    const { messageCount: waiting, consumerCount: consumers } = counted;
    found.push({ queue, from: queue.slice(DEAD_PREFIX.length), waiting, consumers });
  }
  return found;
}

function ifGone(error: unknown): undefined {
  if ((error as { code?: unknown }).code !== 404) throw error;
}

/** What died, from the oldest on, and stays where it is: see `peekQueue`, also for what rejects. */
export async function readDeadLetters(
  connection: BrokerConnection,
  queue: string,
  { n, items }: Which & { n: number },
): Promise<DeadLetter[]> {
  // Those of some items may stand behind any number of others.
  const peeked = await peekQueue(connection, queue, { n: items === undefined ? n : MOST_PEEKED });
  return peeked
    .map((message) => readDeadLetter(message, queue))
    .filter(isOf({ items }))
    .slice(0, n);
}

const isOf = ({ items }: Which) => {
  const wanted = items === undefined ? undefined : new Set(items);
  return ({ item }: PeekedMessage): boolean => wanted === undefined || (item !== undefined && wanted.has(item));
};

function readDeadLetter(message: PeekedMessage, queue: string): DeadLetter {
  const { headers, deaths, sentAt } = message;
  const text = (name: string): string | undefined => {
    const value = headers[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const [death] = deaths;
  const ours = text('x-dead-code');
  const code = ours ?? death?.reason ?? 'unknown';
  return {
    ...message,
    code,
    reason: text('x-dead-reason') ?? BROKER_REASONS[code] ?? 'it does not say why',
    from: text('x-dead-from') ?? death?.queue ?? queue.slice(DEAD_PREFIX.length),
    times: ours === undefined ? (death?.count ?? 1) : 1,
    diedAt: ours === undefined ? death?.at : sentAt, // ours was published when it died
  };
}

/**
 * Sends dead letters back to the queues in which they died, the oldest first, with their attempts counted from 1 again. Each is
 * published, mandatory and confirmed, and only then taken out of the dead letters: who dies in the middle has it twice, never not at all.
 * What dies again meanwhile is not replayed again: it ends with the number that was there when it began. Of the headers those go along
 * that are text or whole numbers, without what tells of the death; what was urgent is urgent.
 * @throws {PublishError} where the broker cannot take messages now: the rest stays where it was.
 */
export async function replayDeadLetters(
  connection: BrokerConnection,
  queue: string,
  { items, n = Number.POSITIVE_INFINITY, perSecond, set, signal, onReplayed }: ReplayOptions = {},
): Promise<Replay> {
  const wanted = isOf({ items });
  const kept = new Map<string, Replay['kept'][number]>();
  const inTurn = createPace(perSecond, signal);
  let replayed = 0;

  async function decide(message: GetMessage): Promise<Verdict> {
    const letter = readDeadLetter(readPeeked(message, 1), queue);
    if (!wanted(letter)) return 'keep';
    await inTurn();
    if (signal?.aborted) return 'keep';
    const content = mended(message.content, set);
    const why = content === undefined ? NOT_MENDABLE : await send(connection, letter, { ...message, content });
    if (why !== undefined) {
      const { from: to } = letter;
      kept.set(to, { to, count: (kept.get(to)?.count ?? 0) + 1, why });
      return 'keep';
    }
    replayed += 1;
    onReplayed?.(replayed);
    return 'done';
  }

  const bounds = { mostKept: MOST_KEPT, mostKeptBytes: MOST_KEPT_BYTES };
  const enough = () => signal?.aborted === true || replayed >= n;
  await sweep(connection, queue, { ...bounds, enough }, decide);
  return { replayed, kept: [...kept.values()] };
}

const NOT_MENDABLE = 'its data is no JSON object in which anything could be set';

/** The data with other values; undefined where there are no fields. */
function mended(content: Buffer, set: ReplayOptions['set']): Buffer | undefined {
  if (set === undefined) return content;
  try {
    const data: unknown = JSON.parse(content.toString());
    const isObject = typeof data === 'object' && data !== null && !Array.isArray(data);
    return isObject ? Buffer.from(JSON.stringify({ ...data, ...set })) : undefined;
  } catch {
    return undefined;
  }
}

/** Answers why it could not be sent, where another message may be luckier. @throws {PublishError} where none is. */
async function send(
  connection: BrokerConnection,
  letter: DeadLetter,
  message: GetMessage,
): Promise<string | undefined> {
  const options = { headers: replayHeaders(letter), urgent: isUrgent(message) };
  try {
    await connection.publisher.publish({ exchange: '', key: letter.from }, message.content, options);
    return undefined;
  } catch (error) {
    if (!(error instanceof PublishError)) throw error;
    if (error.code === 'unroutable') return `there is no queue ${letter.from}`;
    if (error.code === 'too-large') return error.message;
    throw error;
  }
}

function replayHeaders({ headers }: DeadLetter): Headers {
  const going = Object.entries(headers).filter(
    (entry): entry is [string, string | number] =>
      !OF_ITS_DEATH.test(entry[0]) && (typeof entry[1] === 'string' || Number.isSafeInteger(entry[1])),
  );
  return { ...Object.fromEntries(going), 'x-sent-at': Date.now() };
}

/** Throws dead letters away, and answers how many. Those of some items are found among the first 10 000. */
export async function purgeDeadLetters(
  connection: BrokerConnection,
  queue: string,
  { items }: Which = {},
): Promise<number> {
  if (items === undefined) {
    const { messageCount } = await connection.withChannel((channel) => channel.purgeQueue(queue));
    return messageCount;
  }
  const wanted = isOf({ items });
  let purged = 0;
  const bounds = { mostKept: MOST_KEPT, mostKeptBytes: MOST_KEPT_BYTES };
  await sweep(connection, queue, bounds, (message) => {
    if (!wanted(readPeeked(message, 1))) return 'keep';
    purged += 1;
    return 'done';
  });
  return purged;
}
