// How long work rests when a worker is killed: from SIGKILL, with ten messages in its hands, to the first of them in another's.
//
// Nothing waits for a timer: the kernel closes the dead process's socket, the broker sees that, puts the messages back, and hands
// them to whoever has room. A worker that is frozen, or whose machine is gone, closes nothing: there the heartbeat decides.
import { connect } from 'amqplib';
import { type BenchBroker, onEachBroker, type QueueType } from './brokers.ts';
import type { Figures } from './main.ts';
import { body, IN } from './messaging/flow.ts';
import { startHolder } from './messaging/holding.ts';
import { medianFigure } from './statistics.ts';

const ROUNDS = 10;
const IN_HAND = 10;
const BYTES = 300;

/** Milliseconds from the signal to the first message that comes again. */
async function once(url: string, signal: NodeJS.Signals): Promise<number> {
  const connection = await connect(url);
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue(IN, { durable: true, deadLetterExchange: `dead-${IN}` });
  await channel.purgeQueue(IN);
  const victim = startHolder(url, IN_HAND);
  const heirs: ReturnType<typeof startHolder>[] = [];
  try {
    for (let n = 0; n < IN_HAND; n += 1) channel.sendToQueue(IN, body(n, BYTES), { persistent: true });
    await channel.waitForConfirms();
    await victim.taken(IN_HAND);
    const heir = startHolder(url, IN_HAND);
    heirs.push(heir);
    while ((await channel.checkQueue(IN)).consumerCount < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    const killedAt = performance.timeOrigin + performance.now();
    victim.kill(signal);
    const [first] = await heir.taken(1);
    if (!first!.redelivered) throw new Error('a message came that nobody had in hand');
    await heir.taken(IN_HAND); // nothing is lost
    return first!.at - killedAt;
  } finally {
    for (const holder of [victim, ...heirs]) await holder.end();
    await channel.purgeQueue(IN);
    await connection.close();
  }
}

async function resumes(broker: BenchBroker, type: QueueType, progress: (line: string) => void): Promise<Figures> {
  const { url, remove } = await broker.vhost(type);
  const killed: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    killed.push(await once(url, 'SIGKILL'));
    progress(`${broker.where}, ${type}, round ${round}: ${killed.at(-1)!.toFixed(1)} ms`);
  }
  const title = `${broker.where}, ${type}`;
  const figures: Figures = { [`${title}: killed`]: medianFigure(killed, { unit: 'ms', digits: 1 }) };
  if (type === 'quorum') {
    const frozen = await once(url, 'SIGSTOP');
    progress(`${broker.where}, ${type}: frozen, ${(frozen / 1000).toFixed(1)} s`);
    figures[`${title}: frozen (heartbeat of 10 s)`] = medianFigure([frozen / 1000], { unit: 's', digits: 1 });
  }
  await remove();
  return figures;
}

export async function run(progress: (line: string) => void): Promise<Figures> {
  const figures: Figures = {};
  await onEachBroker(progress, async (broker) => {
    for (const type of ['quorum', 'classic'] as const) Object.assign(figures, await resumes(broker, type, progress));
  });
  return figures;
}
