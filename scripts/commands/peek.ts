// `./lab peek`: shows the messages that wait in a queue, and leaves them there.
import { MOST_PEEKED, type PeekedMessage, peekQueue } from '../../services/shared/messaging/peek.ts';
import { type Command, textOf, wholeNumber } from '../command.ts';
import { brokerOptions, findBroker, refusedQueue, withBroker } from '../lab-broker.ts';
import { age, attemptText, bytes, dataBeside, fittedTable } from '../message-text.ts';
import { printable } from '../printable.ts';
import { plural } from '../terminal.ts';

const HEADING = ['', 'item', 'attempt', 'waits', 'size', 'data'];

function row({ position, item, attempt, sentAt, size, data }: PeekedMessage): string[] {
  return [
    String(position),
    printable(item ?? ''),
    attemptText(attempt),
    age(sentAt),
    bytes(size),
    dataBeside({ item }, data),
  ];
}

function report(queue: string, messages: readonly PeekedMessage[], waiting: number): string {
  if (messages.length === 0) return `nothing waits in ${queue}`;
  const rest = waiting > messages.length ? ` of ${waiting} that wait` : '';
  return `${fittedTable([HEADING, ...messages.map(row)])}\n\n${plural(messages.length, 'message')}${rest} in ${queue}, left where they are`;
}

export const command: Command = {
  summary: 'show the messages that wait in a queue, and leave them there',
  usage: '<queue>',
  positionals: { min: 1, max: 1 },
  options: {
    n: { type: 'string', short: 'n', value: 'N', help: `how many, from the next one on (10; at most ${MOST_PEEKED})` },
    json: { type: 'boolean', help: 'as one JSON array, with all headers' },
    ...brokerOptions,
  },
  more:
    'What consumers have in their hands does not wait, and is not shown.\n' +
    'Examples:\n  ./lab peek caption.IN\n  ./lab peek dead-resize.IN --n 100 --json',
  async run({ values, positionals: [queue = ''] }) {
    const n = wholeNumber('--n', textOf(values.n) ?? '10', { min: 1, max: MOST_PEEKED });
    const { amqp } = await findBroker(values);
    const look = withBroker(amqp, 'lab-peek', async (connection) => {
      const { messageCount } = await connection.withChannel((channel) => channel.checkQueue(queue));
      return { waiting: messageCount, messages: await peekQueue(connection, queue, { n }) };
    });
    const { waiting, messages } = await look.catch((error: unknown) => refusedQueue(queue, error));
    console.log(values.json ? JSON.stringify(messages) : report(queue, messages, waiting));
    return 0;
  },
};
