// What a tap costs the flow that it listens to: messages go round through one participant as fast as they can, and a tap on them is
// opened and closed, second after second.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect } from 'amqplib';
import { createLog } from '../../services/shared/log.ts';
import { openConnection } from '../../services/shared/messaging/connection.ts';
import { openEdgeTap } from '../../services/shared/messaging/edge-tap.ts';
import { managementApi } from '../../services/shared/messaging/management.ts';
import { body, IN, OUT } from '../messaging/flow.ts';
import { median } from '../statistics.ts';
import type { Handled } from './circle.ts';

const PROGRAM = fileURLToPath(new URL('circle.ts', import.meta.url));
const MESSAGES = 600;
const BYTES = 300;
const ROUNDS = 10;
/** Two of the bursts in which a tap hears a fast flow: the one at its opening comes before it is counted. */
const ROUND_MS = 4_000;
/** After the tap was opened or closed, before it is counted. */
const SETTLE_MS = 200;
const WARM_UP_MS = 4_000;

export interface TapCost {
  withoutPerSecond: number[];
  withPerSecond: number[];
  /** How much slower with a tap, from the medians of the rounds' ratios. */
  costPercent: number;
}

export interface TapCostOptions {
  /** Messages a second that go round; as many as can where it is not given. */
  rate?: number;
  /** A tap that hears every message, for comparison. */
  all?: boolean;
  rounds?: number;
}

async function ask(child: ChildProcess): Promise<Handled> {
  child.send('how many?');
  const [answer] = (await once(child, 'message')) as [Handled];
  return answer;
}

async function speed(child: ChildProcess): Promise<number> {
  await pause(SETTLE_MS);
  const before = await ask(child);
  await pause(ROUND_MS);
  const after = await ask(child);
  return ((after.count - before.count) * 1000) / (after.at - before.at);
}

/** A vhost of its own, with queues that are quorum queues, and messages on their way round. */
async function arrange({ url, managementUrl }: { url: string; managementUrl: string }) {
  const api = managementApi(managementUrl);
  const vhost = `bench-tap-${Date.now()}`;
  const user = decodeURIComponent(new URL(managementUrl).username);
  await api.put(`vhosts/${vhost}`, { default_queue_type: 'quorum', defaultqueuetype: 'quorum' });
  await api.put(`permissions/${vhost}/${user}`, { configure: '.*', write: '.*', read: '.*' });
  const address = new URL(url);
  address.pathname = `/${vhost}`;
  const connection = await connect(address.href);
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue('fbp', { durable: true });
  await channel.assertQueue(IN, { durable: true, deadLetterExchange: `dead-${IN}` });
  await channel.assertExchange(OUT, 'fanout', { durable: true });
  await channel.bindQueue(IN, OUT, '');
  for (let n = 0; n < MESSAGES; n += 1) channel.sendToQueue(IN, body(n, BYTES), { persistent: true });
  await channel.waitForConfirms();
  await connection.close();
  return { url: address.href, remove: () => api.delete(`vhosts/${vhost}`) };
}

/** Rounds with and without a tap by turns, in one run: `rounds` pairs, every other pair the other way round. */
export async function measureTapCost(
  broker: { url: string; managementUrl: string },
  progress: (line: string) => void,
  { rate, all = false, rounds = ROUNDS }: TapCostOptions = {},
): Promise<TapCost> {
  const { url, remove } = await arrange(broker);
  const log = createLog('bench', 'tap', 'warn');
  const connection = openConnection({ url, name: 'tap', log });
  const child = fork(PROGRAM, [url, ...(rate === undefined ? [] : [String(rate)])]);
  const ended = once(child, 'exit');
  let heard = 0;
  const withTap = async (): Promise<number> => {
    const tap = await openEdgeTap(connection, OUT, { all, log }, () => {
      heard += 1;
    });
    const perSecond = await speed(child);
    await tap.close();
    return perSecond;
  };
  const measured: Omit<TapCost, 'costPercent'> = { withoutPerSecond: [], withPerSecond: [] };
  try {
    await connection.ready;
    await pause(WARM_UP_MS);
    for (let round = 0; round < rounds; round += 1) {
      heard = 0;
      if (round % 2 === 0) measured.withoutPerSecond.push(await speed(child));
      measured.withPerSecond.push(await withTap());
      if (round % 2 === 1) measured.withoutPerSecond.push(await speed(child));
      const [without, tapped] = [measured.withoutPerSecond, measured.withPerSecond].map((all) =>
        Math.round(all.at(-1)!),
      );
      progress(`round ${round + 1}: ${without} messages/s, with a tap ${tapped}, ${heard} shown`);
    }
  } finally {
    child.disconnect();
    await ended;
    await connection.close();
    await remove();
  }
  const ratios = measured.withPerSecond.map((rate, round) => rate / measured.withoutPerSecond[round]!);
  return { ...measured, costPercent: Number(((1 - median(ratios)) * 100).toFixed(1)) };
}
