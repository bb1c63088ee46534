// `./lab inject`: puts messages into an in-port's queue, or sends them from an out-port, as a participant would.
import { randomUUID } from 'node:crypto';
import type { BrokerConnection } from '../../services/shared/messaging/connection.ts';
import { writeHeaders } from '../../services/shared/messaging/envelope.ts';
import { createPace } from '../../services/shared/messaging/pace.ts';
import type { Target } from '../../services/shared/messaging/publisher.ts';
import { nextTraceparent } from '../../services/shared/messaging/trace.ts';
import { PublishError } from '../../services/shared/messaging/types.ts';
import { CannotRun, type Command, textOf, wholeNumber } from '../command.ts';
import { brokerOptions, findBroker, interruption, replyCode, withBroker } from '../lab-broker.ts';
import { cut } from '../message-text.ts';
import { printable } from '../printable.ts';
import { createProgress } from '../progress.ts';
import { plural, seconds } from '../terminal.ts';

const MOST = 1_000_000;
const FASTEST = 10_000;
/** Without a rate, so many are on their way to the broker at a time. */
const UNCONFIRMED = 200;

function parseData(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const shown = printable(cut(text, 60));
    throw new CannotRun(`the data must be JSON, got ${shown}: ${printable((error as Error).message)}`);
  }
}

/** The data of the nth message: `{n}` in its strings is the number. */
export function numbered(data: unknown, n: number): unknown {
  if (typeof data === 'string') return data.replaceAll('{n}', String(n));
  if (Array.isArray(data)) return data.map((one) => numbered(one, n));
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, numbered(value, n)]));
}

/** The headers of a new item's first message; the id is in the data where they have one. */
function headersFor(data: unknown) {
  const { item } = (typeof data === 'object' && data !== null ? data : {}) as { item?: unknown };
  const id = typeof item === 'string' ? item : randomUUID();
  return writeHeaders({ item: id, attempt: 1, steps: [], traceparent: nextTraceparent() }, data);
}

type Kind = 'in-port' | 'out-port';

/** An in-port is a queue, an out-port an exchange. An in-port has an exchange of its name, too: the queue comes first. */
async function find(connection: BrokerConnection, name: string): Promise<{ kind: Kind; target: Target }> {
  const isThere = (check: 'checkQueue' | 'checkExchange'): Promise<boolean> =>
    connection
      .withChannel((channel) => channel[check](name))
      .then(
        () => true,
        (error: unknown) => {
          if (replyCode(error) === 404) return false;
          throw error;
        },
      );
  if (await isThere('checkQueue')) return { kind: 'in-port', target: { exchange: '', key: name } };
  if (await isThere('checkExchange')) return { kind: 'out-port', target: { exchange: name, key: '' } };
  throw new CannotRun(`there is neither a queue nor an exchange ${name}; ./lab participants shows the ports`);
}

interface Injection {
  /** Confirmed by the broker. */
  sent: number;
  /** Why not more, where that was not wanted. */
  error?: PublishError;
}

/** Sends until all are sent, one fails, or the signal fires; then waits for those on their way. */
async function inject(
  connection: BrokerConnection,
  target: Target,
  data: unknown,
  {
    n,
    perSecond,
    signal,
    onSent,
  }: { n: number; perSecond?: number; signal: AbortSignal; onSent: (sent: number) => void },
): Promise<Injection> {
  const inTurn = createPace(perSecond, signal);
  const onTheWay = new Set<Promise<void>>();
  const done: Injection = { sent: 0 };
  for (let number = 1; number <= n; number += 1) {
    await inTurn();
    if (onTheWay.size >= UNCONFIRMED) await Promise.race(onTheWay);
    if (signal.aborted || done.error !== undefined) break;
    const one = numbered(data, number);
    const sending: Promise<void> = connection.publisher
      .publish(target, JSON.stringify(one), { headers: headersFor(one) })
      .then(
        () => {
          done.sent += 1;
          onSent(done.sent);
        },
        (error: PublishError) => {
          done.error ??= error;
        },
      )
      .finally(() => onTheWay.delete(sending));
    onTheWay.add(sending);
  }
  await Promise.all(onTheWay);
  return done;
}

function failure(name: string, kind: Kind, error: PublishError): string {
  if (!(error instanceof PublishError)) throw error;
  if (error.code !== 'unroutable') return error.message;
  const why = kind === 'out-port' ? 'no edge leads on from it; ./lab connect makes one' : 'the queue was deleted';
  return `nobody gets what is sent to ${name}: ${why}`;
}

export const command: Command = {
  summary: 'put messages into a port: into the queue of an in-port, out of an out-port',
  usage: "<role.PORT> '<json>'",
  positionals: { min: 2, max: 2 },
  options: {
    n: { type: 'string', short: 'n', value: 'N', help: 'how many (1)' },
    rate: { type: 'string', short: 'r', value: 'PER_SECOND', help: 'how many a second (as many as can be)' },
    json: { type: 'boolean', help: 'what was done, as one JSON object' },
    ...brokerOptions,
  },
  more:
    '{n} in a string of the data is the number of the message, from 1. Each message is an item of its own: its id is made up,\n' +
    'unless the data have an "item".\n' +
    'Examples:\n' +
    '  ./lab inject double.IN \'{"n": 21}\'\n' +
    '  ./lab inject double.IN \'{"item": "try.{n}", "n": 1}\' --n 100 --rate 10',
  async run({ values, positionals: [name = '', json = ''] }) {
    const data = parseData(json);
    const n = wholeNumber('--n', textOf(values.n) ?? '1', { min: 1, max: MOST });
    const rate = textOf(values.rate);
    const perSecond = rate === undefined ? undefined : wholeNumber('--rate', rate, { min: 1, max: FASTEST });
    const { amqp } = await findBroker(values);
    const signal = interruption();
    const progress = createProgress();
    return withBroker(amqp, 'lab-inject', async (connection) => {
      const { kind, target } = await find(connection, name);
      const startedAt = performance.now();
      const onSent = (sent: number): void => progress.show(`${sent} of ${n} sent to ${name}`);
      const { sent, error } = await inject(connection, target, data, { n, perSecond, signal, onSent });
      progress.clear();
      const tookSeconds = (performance.now() - startedAt) / 1000;
      const { port, where } = { port: kind, where: kind === 'in-port' ? 'queue' : 'exchange' };
      if (values.json) console.log(JSON.stringify({ to: name, port, wanted: n, sent, tookSeconds }));
      else if (sent > 0 || error === undefined) {
        const of = sent < n ? ` of ${n}` : '';
        console.log(
          `${sent}${of} ${n === 1 ? 'message' : 'messages'} sent to the ${where} ${name} in ${seconds(tookSeconds)}`,
        );
      }
      if (error === undefined) return 0;
      console.error(
        `lab: ${failure(name, kind, error)}${sent > 0 ? `; stopped after ${plural(sent, 'message')}` : ''}`,
      );
      return 1;
    });
  },
};
