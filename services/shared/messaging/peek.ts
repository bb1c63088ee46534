// Looks at the messages that wait in a queue, and leaves them where they are.
import type { GetMessage } from 'amqplib';
import type { BrokerConnection } from './connection.ts';
import { decodeData } from './envelope.ts';
import { sweep } from './sweep.ts';

export interface PeekedMessage {
  /** Where it stands in the queue: 1 comes next. */
  position: number;
  /** Bytes of its body. */
  size: number;
  /** JSON, or text. */
  data: unknown;
  /** As its headers or its data name it; undefined where neither does. */
  item: string | undefined;
  job: string | undefined;
  /** 1 for the first. */
  attempt: number;
  /** When it was published, epoch milliseconds; undefined where a foreign participant sent it. */
  sentAt: number | undefined;
  /** It was in somebody's hands before, a consumer's or those of an earlier peek. */
  redelivered: boolean;
  /** Without `x-death`. */
  headers: Record<string, unknown>;
  /** Each way in which it left a queue without being worked, the last one first. */
  deaths: Death[];
}

/** What the broker notes in `x-death`, one entry for each queue and reason. */
export interface Death {
  queue: string;
  /** `rejected`, `expired`, `maxlen` or `delivery_limit` */
  reason: string;
  /** How often. */
  count: number;
  /** When for the first time, epoch milliseconds. */
  at: number | undefined;
}

/** More at a time help nobody, and hold up the queue's consumers. */
export const MOST_PEEKED = 1_000;
/** One message may be larger than this, all but the last of them are smaller. */
const MOST_BYTES = 32 * 1024 * 1024;

/**
 * The first `n` messages that wait in a queue, in its order. They are taken without an answer and handed back together before this
 * returns; each costs a question to the broker, about a millisecond, and meanwhile nobody else gets them. Not seen is what
 * consumers have in their hands: it is no longer waiting. Order and number stay as they were (but for RabbitMQ 3.10, see `sweep.ts`);
 * what remains is that they are marked as redelivered.
 * Rejects with the broker's 404 where there is no such queue, and with its 405 where the queue is another connection's own.
 * @param n at most 1000; less where 32 MiB of messages come first
 */
export async function peekQueue(
  connection: BrokerConnection,
  queue: string,
  { n }: { n: number },
): Promise<PeekedMessage[]> {
  const peeked: PeekedMessage[] = [];
  const bounds = { most: Math.min(n, MOST_PEEKED), mostKept: MOST_PEEKED, mostKeptBytes: MOST_BYTES };
  await sweep(connection, queue, bounds, (message) => {
    peeked.push(readPeeked(message, peeked.length + 1));
    return 'keep';
  });
  return peeked;
}

const isMap = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const asText = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const asNumber = (value: unknown): number | undefined => (Number.isSafeInteger(value) ? (value as number) : undefined);

/** What can be said of a message. Unlike `readEnvelope` it makes nothing up. */
export function readPeeked({ content, fields, properties }: GetMessage, position: number): PeekedMessage {
  const { 'x-death': deaths, ...headers } = (properties.headers ?? {}) as Record<string, unknown>;
  const data = decodeData(content);
  const ids = isMap(data) ? data : {};
  return {
    position,
    size: content.length,
    data,
    item: asText(headers['x-item']) ?? asText(ids.item),
    job: asText(headers['x-job']) ?? asText(ids.job),
    attempt: Math.max(1, asNumber(headers['x-attempt']) ?? 1),
    sentAt: asNumber(headers['x-sent-at']),
    redelivered: fields.redelivered,
    headers,
    deaths: Array.isArray(deaths) ? deaths.flatMap(readDeath) : [],
  };
}

function readDeath(entry: unknown): Death[] {
  if (!isMap(entry)) return [];
  const { queue, reason, count, time } = entry;
  if (typeof queue !== 'string' || typeof reason !== 'string') return [];
  const seconds = isMap(time) ? asNumber(time.value) : undefined; // as amqplib reads a timestamp
  const at = seconds === undefined ? undefined : seconds * 1000;
  return [{ queue, reason, count: asNumber(count) ?? 1, at }];
}
