// `./lab dead`: dead letters, why they died, sending them back to where they died, and throwing them away.
import type { BrokerConnection } from '../../services/shared/messaging/connection.ts';
import {
  DEAD_PREFIX,
  type DeadLetter,
  type DeadLetterQueue,
  listDeadLetters,
  purgeDeadLetters,
  type Replay,
  readDeadLetters,
  replayDeadLetters,
} from '../../services/shared/messaging/dead-letters.ts';
import { createManagement, vhostOf } from '../../services/shared/messaging/management.ts';
import { MOST_PEEKED } from '../../services/shared/messaging/peek.ts';
import { PublishError } from '../../services/shared/messaging/types.ts';
import { ask, onTerminal } from '../ask.ts';
import { CannotRun, type Command, type CommandInput, textOf, wholeNumber } from '../command.ts';
import { type Broker, brokerOptions, findBroker, interruption, refusedQueue, withBroker } from '../lab-broker.ts';
import { age, bytes, columns, cut, dataBeside } from '../message-text.ts';
import { printable } from '../printable.ts';
import { createProgress } from '../progress.ts';
import { paint, plural, table } from '../terminal.ts';

const MOST_REPLAYED = 1_000_000;
const FASTEST = 10_000;

interface Input {
  connection: BrokerConnection;
  broker: Broker;
  /** What stands behind the action: a queue's name, or `all`. */
  queue: string;
  values: CommandInput['values'];
}

const itemsOf = ({ item }: CommandInput['values']): string[] | undefined =>
  Array.isArray(item) && item.length > 0 ? item.map(String) : undefined;

function numberOf(what: string, given: unknown, max: number): number | undefined {
  const text = textOf(given);
  return text === undefined ? undefined : wholeNumber(what, text, { min: 1, max });
}

/** `source=sample:harbour`, any number of them. @throws {CannotRun} */
function settings(given: unknown): Record<string, string> | undefined {
  if (!Array.isArray(given)) return undefined;
  const pairs = given.map((text) => {
    const [, field, value] = /^([\w-]+)=(.*)$/s.exec(String(text)) ?? [];
    if (field !== undefined) return [field, value ?? ''] as const;
    throw new CannotRun(`--set must be field=value such as source=sample:harbour, got ${JSON.stringify(text)}`);
  });
  return Object.fromEntries(pairs);
}

const all = ({ connection, broker }: Input): Promise<DeadLetterQueue[]> =>
  listDeadLetters(connection, createManagement(broker.management, vhostOf(broker.amqp)));

async function list(input: Input): Promise<number> {
  const queues = await all(input);
  if (input.values.json) console.log(JSON.stringify(queues));
  else if (queues.length === 0) console.log('there are no queues for dead letters yet');
  else {
    const rows = queues.map(({ queue, from, waiting }) => [
      queue,
      waiting > 0 ? paint('red', String(waiting)) : '0',
      from,
    ]);
    const sum = queues.reduce((total, { waiting }) => total + waiting, 0);
    const next = sum > 0 ? '; ./lab dead show <queue> tells why' : '';
    console.log(`${table([['queue', 'dead', 'from'], ...rows])}\n\n${plural(sum, 'dead letter')}${next}`);
  }
  return 0;
}

/** A letter as a few lines: what can be read at a glance first. */
function letterText({
  position,
  item,
  job,
  code,
  reason,
  from,
  times,
  diedAt,
  attempt,
  size,
  data,
}: DeadLetter): string {
  const often = times > 1 ? `, ${times} times` : '';
  const ago = diedAt === undefined ? '' : `, ${age(diedAt)} ago`;
  const whose = [item ?? 'no item', job === undefined || item?.startsWith(job) ? '' : `of job ${job}`].filter(Boolean);
  const head = `${paint('bold', printable(whose.join(' ')))}  ${paint('red', printable(code))}  ${paint('dim', printable(`died in ${from}${often}${ago}`))}`;
  const width = columns() - 5;
  const facts = `attempt ${attempt}, ${bytes(size)}`;
  return [
    `${String(position).padStart(3)}  ${head}`,
    `     ${printable(reason)}`,
    `     ${paint('dim', `${facts}  `)}${cut(dataBeside({ item, job }, data), width - facts.length - 2)}`,
  ].join('\n');
}

async function show({ connection, queue, values }: Input): Promise<number> {
  const n = numberOf('--n', values.n, MOST_PEEKED) ?? 10;
  const items = itemsOf(values);
  const letters = await readDeadLetters(connection, queue, { n, items });
  if (values.json) console.log(JSON.stringify(letters));
  else if (letters.length === 0) console.log(`no such dead letters in ${queue}`);
  else if (letters.length === 1) console.log(letters.map(letterText).join('\n'));
  else {
    const { messageCount } = await connection.withChannel((channel) => channel.checkQueue(queue));
    const rest = items === undefined && messageCount > letters.length ? ` of ${messageCount}` : '';
    console.log(
      `${letters.map(letterText).join('\n\n')}\n\n${plural(letters.length, 'dead letter')}${rest} in ${queue}`,
    );
  }
  return letters.length === 0 && items !== undefined ? 1 : 0;
}

function replayText(queue: string, { replayed, kept }: Replay): string {
  const stayed = kept.map(({ count, why }) =>
    paint('yellow', `${plural(count, 'dead letter')} stayed in ${queue}: ${printable(why)}`),
  );
  return [`${plural(replayed, 'dead letter')} of ${queue} replayed`, ...stayed].join('\n');
}

async function replay(input: Input): Promise<number> {
  const { connection, queue, values } = input;
  const items = itemsOf(values);
  const n = numberOf('--n', values.n, MOST_REPLAYED);
  const perSecond = numberOf('--rate', values.rate, FASTEST);
  const set = settings(values.set);
  const queues = queue === 'all' ? (await all(input)).map((one) => one.queue) : [queue];
  const signal = interruption();
  const progress = createProgress();
  const done: (Replay & { queue: string })[] = [];
  let replayed = 0;
  for (const one of queues) {
    if (signal.aborted || replayed === n) break;
    const left = n === undefined ? undefined : n - replayed;
    const onReplayed = (count: number): void => progress.show(`${one}: ${count} replayed`);
    const went = await replayDeadLetters(connection, one, { items, n: left, perSecond, set, signal, onReplayed });
    replayed += went.replayed;
    done.push({ queue: one, ...went });
  }
  progress.clear();
  const worth = done.filter((one) => queues.length === 1 || one.replayed > 0 || one.kept.length > 0);
  if (values.json) console.log(JSON.stringify(done));
  else if (worth.length === 0) console.log('there is nothing to replay');
  else console.log(worth.map((one) => replayText(one.queue, one)).join('\n'));
  if (signal.aborted) console.error('lab: stopped; the rest is where it was');
  const nothingOfThem = items !== undefined && replayed === 0;
  return nothingOfThem || done.some(({ kept }) => kept.length > 0) ? 1 : 0;
}

async function purge({ connection, queue, values }: Input): Promise<number> {
  const items = itemsOf(values);
  const { messageCount } = await connection.withChannel((channel) => channel.checkQueue(queue));
  if (!values.yes) {
    if (!onTerminal()) throw new CannotRun('purge throws messages away: say --yes where nobody can be asked');
    const what =
      items === undefined
        ? `${messageCount === 1 ? '' : 'all '}${plural(messageCount, 'dead letter')}`
        : `those of ${plural(items.length, 'item')}`;
    if (!(await ask(`Throw away ${what} in ${queue}?`))) {
      console.log('nothing was thrown away');
      return 1;
    }
  }
  const purged = await purgeDeadLetters(connection, queue, { items });
  console.log(
    values.json ? JSON.stringify({ queue, purged }) : `${plural(purged, 'dead letter')} of ${queue} thrown away`,
  );
  return items !== undefined && purged === 0 ? 1 : 0;
}

const actions: Record<string, { run: (input: Input) => Promise<number>; queue: boolean; options: string[] }> = {
  list: { run: list, queue: false, options: [] },
  show: { run: show, queue: true, options: ['item', 'n'] },
  replay: { run: replay, queue: true, options: ['item', 'n', 'rate', 'set'] },
  purge: { run: purge, queue: true, options: ['item', 'yes'] },
};

export const command: Command = {
  summary: 'dead letters: list them, show why they died, replay or purge them',
  usage: '<list|show|replay|purge> [queue]',
  positionals: { min: 1, max: 2 },
  options: {
    item: {
      type: 'string',
      multiple: true,
      value: 'ID',
      help: 'show, replay, purge: only those of this item; may be repeated',
    },
    n: { type: 'string', short: 'n', value: 'N', help: 'show, replay: no more than so many (show: 10)' },
    rate: { type: 'string', short: 'r', value: 'PER_SECOND', help: 'replay: no more than so many a second' },
    set: {
      type: 'string',
      multiple: true,
      value: 'FIELD=VALUE',
      help: 'replay: mend the data, give this field another value; may be repeated',
    },
    yes: { type: 'boolean', short: 'y', help: 'purge: do not ask' },
    json: { type: 'boolean', help: 'as JSON' },
    ...brokerOptions,
  },
  more:
    'The queue is one of `./lab dead list`, or the queue whose dead letters are meant; `replay all` takes all of them. A replayed\n' +
    'message goes back to the queue in which it died, and has all its attempts again.\n' +
    'Examples:\n' +
    '  ./lab dead list\n' +
    '  ./lab dead show dead-resize.IN\n' +
    '  ./lab dead replay resize.IN --item 0199c0de.7\n' +
    '  ./lab dead replay all --rate 10\n' +
    '  ./lab dead replay resize.IN --set source=sample:harbour\n' +
    '  ./lab dead purge dead-resize.IN',
  async run({ values, positionals: [name = '', given] }) {
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
    if (action === undefined) {
      throw new CannotRun(`expected ${Object.keys(actions).join(', ')}, got ${JSON.stringify(name)}`);
    }
    if (action.queue !== (given !== undefined)) {
      throw new CannotRun(
        action.queue ? `dead ${name} wants a queue; ./lab dead list shows them` : `dead ${name} takes no queue`,
      );
    }
    for (const option of ['item', 'n', 'rate', 'set', 'yes']) {
      if (values[option] !== undefined && !action.options.includes(option)) {
        throw new CannotRun(`--${option} is not for dead ${name}`);
      }
    }
    const isAll = given === 'all' && name === 'replay';
    const queue =
      given === undefined || isAll || given.startsWith(DEAD_PREFIX) ? (given ?? '') : `${DEAD_PREFIX}${given}`;
    const broker = await findBroker(values);
    try {
      return await withBroker(broker.amqp, 'lab-dead', (connection) =>
        action.run({ connection, broker, queue, values }),
      );
    } catch (error) {
      if (error instanceof PublishError) throw new CannotRun(`${error.message}; what was not replayed is where it was`);
      return refusedQueue(queue, error);
    }
  },
};
