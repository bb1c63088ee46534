// How fast messages go through one participant, in -> handler -> out, confirmed and acked: ours beside the same safe loop written by
// hand on amqplib, the npm package rabbitmq-client, and stock msgflo-nodejs. Then what a participant with its hands full weighs.
import { connect } from 'amqplib';
import { type BenchBroker, onEachBroker, type QueueType } from './brokers.ts';
import type { Figures } from './main.ts';
import { body, IN } from './messaging/flow.ts';
import { memory, startHolder } from './messaging/holding.ts';
import { runContender } from './messaging/run-contender.ts';
import { medianFigure } from './statistics.ts';

const ROUNDS = 5;
const MESSAGES = 30_000;
const BYTES = 300;
const HELD = 1_000;
const HELD_BYTES = 20_000;

const contenders = {
  ours: { file: 'ours.ts', messages: MESSAGES },
  amqplib: { file: 'amqplib.ts', messages: MESSAGES },
  // For comparison: what the trace and the times that ours carry cost the broker.
  'amqplib with headers': { file: 'amqplib.ts', messages: MESSAGES, argument: 'headers' },
  'rabbitmq-client': { file: 'rabbitmq-client.ts', messages: MESSAGES },
  // It takes up to 20 ms for each: Nagle's algorithm waits for the broker's delayed acknowledgement.
  stock: { file: 'stock.ts', messages: 6_000, seconds: 4 },
};
type Contender = keyof typeof contenders;

const wanted: Partial<Record<Contender, string>> = {
  amqplib: '>= 1',
  'rabbitmq-client': '>= 1.5',
  stock: '>= 100',
};

async function speed(broker: BenchBroker, type: QueueType, progress: (line: string) => void): Promise<Figures> {
  const { url, remove } = await broker.vhost(type);
  const names = Object.keys(contenders) as Contender[];
  const rates: Record<Contender, number[]> = {
    ours: [],
    amqplib: [],
    'amqplib with headers': [],
    'rabbitmq-client': [],
    stock: [],
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    // Each round begins with another one, so that none always has the machine at its best.
    const turn = [...names.slice(round % names.length), ...names.slice(0, round % names.length)];
    for (const name of turn) {
      const { file, ...run } = contenders[name];
      const rate = await runContender(file, url, { ...run, bytes: BYTES });
      rates[name].push(rate);
      progress(`${broker.where}, ${type}, round ${round + 1}: ${name} ${Math.round(rate)} messages/s`);
    }
  }
  await remove();
  const figures: Figures = {};
  const title = `${broker.where}, ${type}`;
  for (const name of names) figures[`${title}: ${name}`] = medianFigure(rates[name], { unit: '/s' });
  for (const name of names) {
    if (name === 'ours') continue;
    // Of the same round: what disturbed the machine disturbed both.
    const ratios = rates.ours.map((rate, round) => rate / rates[name][round]!);
    figures[`${title}: ours / ${name}`] = medianFigure(ratios, { unit: 'times', digits: 2, wanted: wanted[name] });
  }
  return figures;
}

/** What a participant weighs that holds many large messages. */
async function weight(broker: BenchBroker): Promise<Figures> {
  const { url, remove } = await broker.vhost('quorum');
  const connection = await connect(url);
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue(IN, { durable: true, deadLetterExchange: `dead-${IN}` });
  const now: number[] = [];
  const peak: number[] = [];
  // The first one fills Node's compile cache, as the image has it, and is not counted.
  for (let run = 0; run <= ROUNDS; run += 1) {
    await channel.purgeQueue(IN);
    for (let n = 0; n < HELD; n += 1) channel.sendToQueue(IN, body(n, HELD_BYTES), { persistent: true });
    await channel.waitForConfirms();
    const holder = startHolder(url, HELD);
    try {
      await holder.taken(HELD);
      const used = await memory(holder.pid);
      if (run === 0) continue;
      now.push(used.now);
      peak.push(used.peak);
    } finally {
      await holder.end();
    }
  }
  await connection.close();
  await remove();
  return {
    'memory, 1000 messages of 20 kB in hand': medianFigure(now, { unit: 'MB', wanted: '< 150' }),
    'memory, the most on the way there': medianFigure(peak, { unit: 'MB' }),
  };
}

export async function run(progress: (line: string) => void): Promise<Figures> {
  const figures: Figures = {};
  let weighed = false;
  await onEachBroker(progress, async (broker) => {
    for (const type of ['quorum', 'classic'] as const) Object.assign(figures, await speed(broker, type, progress));
    if (!weighed) Object.assign(figures, await weight(broker));
    weighed = true;
  });
  return figures;
}
