import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Incoming } from './answers.ts';
import { createCare } from './care.ts';

interface Entry {
  n: number;
  queue: string;
  incoming: Incoming;
}

/** Care for a participant with two queues, where a test says when the broker has done what it is asked, and when work ends. */
function surroundings() {
  const inHand = new Set<number>();
  /** What happened, in order. */
  const events: string[] = [];
  const stop = new AbortController();
  let limited = Promise.withResolvers<void>();
  const letGo = (entry: Entry): void => {
    inHand.delete(entry.n);
    care.ended(entry);
  };
  const care = createCare<Entry>({
    queues: ['worker.IN', 'worker.MORE'],
    limit(most) {
      const rooms = [...most].map(([queue, room]) => `${queue} ${room}`);
      events.push(rooms.length > 0 ? rooms.join(', ') : 'open');
      limited = Promise.withResolvers();
      return limited.promise;
    },
    answersTaken: async () => void events.push('answers taken'),
    inHand: () => inHand.size,
    begin: ({ n }, alone) => void events.push(alone ? `begin ${n} alone` : `begin ${n}`),
    handBack(entry) {
      events.push(`hand back ${entry.n}`);
      letGo(entry);
    },
    onSuspect: ({ n }) => void events.push(`suspect ${n}`),
    signal: stop.signal,
  });
  /** A message comes, after so many deaths of others that had it. */
  const take = (n: number, deaths = 0, answerable = true): Entry => {
    const message = { fields: { redelivered: deaths > 0 }, properties: { headers: { 'x-delivery-count': deaths } } };
    const incoming = { message, answerable: () => answerable } as unknown as Incoming;
    const entry = { n, queue: 'worker.IN', incoming };
    inHand.add(n);
    care.take(entry);
    return entry;
  };
  return {
    take,
    stop,
    end: letGo,
    /** The broker has done what was asked of it last. */
    async done(): Promise<void> {
      limited.resolve();
      await turn();
    },
    /** What happened since this was asked last. */
    events: () => events.splice(0),
  };
}

const NOTHING = 'worker.IN 0, worker.MORE 0';
const ONE = 'worker.IN 1, worker.MORE 0';

test('messages that come for the first or the second time are begun as they come', () => {
  const { take, events } = surroundings();
  take(1);
  take(2, 1);
  take(3);
  assert.deepEqual(events(), ['begin 1', 'begin 2', 'begin 3']);
});

test('a suspect is begun when all else is out of our hands, and the broker knows it', async () => {
  const { take, end, done, events } = surroundings();
  const first = take(1);
  take(2, 2);
  const third = take(3); // was on its way
  await done();
  end(first);
  assert.deepEqual(events(), ['begin 1', NOTHING, 'begin 3']);
  end(third);
  await turn();
  assert.deepEqual(events(), ['answers taken', 'suspect 2', 'begin 2 alone']);
});

test('of several suspects one is worked on, and the others are handed back when no more is taken', async () => {
  const { take, done, events } = surroundings();
  for (const n of [1, 2, 3]) take(n, 2);
  assert.deepEqual(events(), [NOTHING]);
  await done();
  assert.deepEqual(events(), ['hand back 2', 'hand back 3', 'answers taken', 'suspect 1', 'begin 1 alone']);
});

test('after a suspect one message at a time is taken from its queue, until one comes that is none', async () => {
  const { take, end, done, events } = surroundings();
  const suspect = take(1, 2);
  await done();
  events();
  end(suspect);
  await done();
  end(take(2, 3));
  take(3, 1);
  await done();
  take(4);
  assert.deepEqual(events(), [ONE, 'begin 2 alone', 'open', 'begin 3', 'begin 4']);
});

test('a suspect that waits is handed back, not begun, when the time is up or its channel is gone', async () => {
  for (const answerable of [true, false]) {
    const { take, stop, done, events } = surroundings();
    take(1, 2, answerable);
    if (answerable) stop.abort();
    await done();
    assert.deepEqual(events(), [NOTHING, 'answers taken', 'hand back 1', ONE]);
  }
});
