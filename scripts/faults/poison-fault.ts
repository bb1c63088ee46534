// An item that ends each worker that takes it, among good ones; how it comes to the dead letters, and out of them again.
import { setTimeout as wait } from 'node:timers/promises';
import { POISON } from '../../services/shared/imaging/poison.ts';
import type { BrokerConnection } from '../../services/shared/messaging/connection.ts';
import { type DeadLetter, readDeadLetters, replayDeadLetters } from '../../services/shared/messaging/dead-letters.ts';
import { deadLettersOf } from '../../services/shared/messaging/names.ts';
import { MOST_PEEKED } from '../../services/shared/messaging/peek.ts';
import { CannotRun } from '../command.ts';
import { frontEnd } from '../front-end.ts';
import { withBroker } from '../lab-broker.ts';
import type { RunningLab } from '../lab-view.ts';
import { paint, plural, seconds } from '../terminal.ts';
import { prepareFault } from './begin.ts';
import { LOW_LIMIT, lowerLimit, POISONED_QUEUE } from './delivery-limit.ts';
import { readRecords } from './record.ts';
import { undoFault } from './undo.ts';

const GOOD = 9;
/** What the poison is replaced by. */
const ANTIDOTE = 'sample:harbour';
/** Each time a worker must come back first: with a few of them it takes about 20 s. */
const DEAD_LIMIT_SECONDS = 180;
const LOOK_EVERY_MS = 500;
const QUEUE = deadLettersOf(POISONED_QUEUE);

const isPoison = ({ data }: DeadLetter): boolean => (data as { source?: unknown } | null)?.source === POISON;

/** Items of the poison among the dead letters; none while there is no such queue yet. */
async function deadPoison(connection: BrokerConnection): Promise<string[]> {
  const letters = await readDeadLetters(connection, QUEUE, { n: MOST_PEEKED }).catch((error: { code?: unknown }) => {
    if (error.code === 404) return [];
    throw error;
  });
  return letters.filter(isPoison).flatMap(({ item }) => item ?? []);
}

async function broker<T>(lab: RunningLab, work: (connection: BrokerConnection) => Promise<T>): Promise<T> {
  const { amqp } = await lab.addresses();
  if (amqp === undefined) throw new CannotRun('the broker is not running; ./lab up rabbitmq starts it');
  return withBroker(amqp, 'lab-poison', work);
}

async function untilDead(lab: RunningLab, items: readonly string[], signal: AbortSignal): Promise<boolean> {
  const end = performance.now() + DEAD_LIMIT_SECONDS * 1000;
  return broker(lab, async (connection) => {
    while (performance.now() < end && !signal.aborted) {
      const dead = await deadPoison(connection);
      if (items.every((item) => dead.includes(item))) return true;
      await wait(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
    return false;
  });
}

const image = (source: string) => ({ source, width: 320, height: 240 });

/** Answers whether the poison is a dead letter now. @throws {CannotRun} */
export async function runPoison(
  lab: RunningLab,
  { detach, signal }: { detach: boolean; signal: AbortSignal },
): Promise<boolean> {
  const { frontend } = await lab.addresses();
  if (frontend === undefined) throw new CannotRun('the front end is not running; ./lab up frontend starts it');
  const what = `the delivery limit of ${POISONED_QUEUE} at ${LOW_LIMIT}`;
  const targets = [{ service: 'rabbitmq' }];
  const plan = { kind: 'poison', undo: 'restore-limit', what, targets, forSeconds: DEAD_LIMIT_SECONDS } as const;
  const record = await prepareFault(lab, plan);
  await lowerLimit(lab);
  const began = performance.now();
  const images = Array.from({ length: GOOD + 1 }, (_, n) => image(n === GOOD >> 1 ? POISON : ANTIDOTE));
  const { id } = await frontEnd(frontend).submit({ images });
  const item = `${id}.${GOOD >> 1}`;
  console.log(
    `job ${id}: ${GOOD} good images, and ${item}, which ends each worker that takes it\n` +
      'Workers of resize end and come back (./lab status), the item is handed out again each time, the good ones are done all the same.\n' +
      `So that it takes seconds, ${POISONED_QUEUE} hands it out ${LOW_LIMIT + 1} times at most until it is dead, instead of 21 times.`,
  );
  if (detach) return true;
  const dead = await untilDead(lab, [item], signal);
  await undoFault(lab, record);
  const took = seconds((performance.now() - began) / 1000);
  if (dead)
    console.log(`after ${took} it is a dead letter: ./lab dead show ${QUEUE}; ./lab fault clear takes the poison out`);
  else
    console.log(paint('yellow', `after ${took} it is not dead yet: ./lab status; the queue's own limit holds again`));
  return dead;
}

/** Replays the poison among the dead letters as a good picture, and answers how many. One that still kills is waited for. */
export async function clearPoison(lab: RunningLab, signal: AbortSignal): Promise<number> {
  const { amqp } = await lab.addresses();
  if (amqp === undefined) return 0;
  const isUnderWay = readRecords().some(({ kind }) => kind === 'poison');
  const end = performance.now() + (isUnderWay ? DEAD_LIMIT_SECONDS * 1000 : 0);
  return broker(lab, async (connection) => {
    let items = await deadPoison(connection);
    while (items.length === 0 && performance.now() < end && !signal.aborted) {
      await wait(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
      items = await deadPoison(connection);
    }
    if (items.length === 0) return 0;
    console.log(
      paint('dim', `$ ./lab dead replay ${POISONED_QUEUE} --item ${items.join(' --item ')} --set source=${ANTIDOTE}`),
    );
    const { replayed } = await replayDeadLetters(connection, QUEUE, { items, set: { source: ANTIDOTE } });
    console.log(`${plural(replayed, 'dead letter')} replayed without the poison`);
    return replayed;
  });
}
