// Turns a source from some queues to others in one step, so that each message takes the old way or the new one: never both, never none.
// To bind first would send some messages both ways, to unbind first would leave some without a way.
//
// It takes an exchange of our own in between, the hinge, which sends on what it gets to its bindings, and where it has none to its
// alternate exchange:
//
//   source ──► hinge ──► from ──► old queues                    source ──► hinge   (no binding of its own)
//                └ ─ ─ ► to ──► new queues       one unbinding               └────► to ──► new queues
//
// Around that step the source leads to the hinge and to the old queues, then to the hinge alone, and after it to the hinge and to the new
// queues; a queue that a message can reach by two ways gets it once. The messages from before the switch lie in the old queues, all
// later ones in the new. The source's other queues notice nothing.
//
// A message is looked up in one state of these, but for one whose routing is held up in between: the broker looks up the source first and the
// hinge after it, and where the machine is so busy that it rests between the two, it could take the old way by the first and the new way by
// the second. So before the switch there is a wait, in which such a message is through (`settled`).
//
// A crash leaves exchanges whose names say what they were. What they still carry flows, for all of them are durable:
//   until the hinge is bound                nothing leads to them: they are deleted
//   from there until the switch             the old way is made whole again
//   from the switch on                      the new way is made whole
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Channel } from 'amqplib';
import type { BrokerBinding } from '../../shared/messaging/management.ts';
import type { Lanes } from './lanes.ts';

/** Exchanges of that name are parts of a swap, never of an edge. */
export const SWAP_PREFIX = 'swap-';

const FROM = '-from';
const TO = '-to';

const isPart = (name: string): boolean => name.startsWith(SWAP_PREFIX);
const hingeOf = (part: string): string => part.replace(/-(?:from|to)$/, '');

export interface Swap {
  source: string;
  /** Queues, at least one of each. */
  lose: readonly string[];
  gain: readonly string[];
  /** Takes the old edges away, of whatever type they are; a queue that is not bound any more is no error. */
  unbindOld: () => Promise<void>;
  /** Makes the new ones. */
  bindNew: () => Promise<void>;
}

const durable = { durable: true };

/** For the wait before the switch: at least, and at most. */
const SETTLE_MS = 10;
const MOST_MS = 200;

/**
 * Resolves when the broker has the new way and not the old one, with what takes the hinge away: it leads where the new edges lead. Rejects
 * where the broker refuses a step or is lost; what is left then is for `repair`.
 */
export async function swap(
  lanes: Lanes,
  { source, lose, gain, unbindOld, bindNew }: Swap,
): Promise<() => Promise<void>> {
  const hinge = `${SWAP_PREFIX}${randomUUID()}`;
  const from = `${hinge}${FROM}`;
  const to = `${hinge}${TO}`;
  await lanes.each([from, to, hinge], (channel, name) =>
    channel.assertExchange(name, 'fanout', name === hinge ? { ...durable, alternateExchange: to } : durable),
  );
  await lanes.each(
    [
      (channel: Channel) => channel.bindExchange(from, hinge, ''),
      ...lose.map((queue) => (channel: Channel) => channel.bindQueue(queue, from, '')),
      ...gain.map((queue) => (channel: Channel) => channel.bindQueue(queue, to, '')),
    ],
    (channel, bind) => bind(channel),
  );
  await lanes.one((channel) => channel.bindExchange(hinge, source, ''));
  const unboundFrom = performance.now();
  await unbindOld();
  await settled(performance.now() - unboundFrom);
  await lanes.one((channel) => channel.unbindExchange(from, hinge, '')); // the switch
  await bindNew();
  return () => removeHinge(lanes, hinge, source);
}

/**
 * Resolves when no message is still being routed by what was bound before: a time, as the broker tells nobody. It grows with how slow the broker
 * is just now, told by how long its last answer took (milliseconds).
 */
const settled = (answerMs: number): Promise<void> => wait(Math.min(Math.max(SETTLE_MS, 2 * answerMs), MOST_MS));

/** Takes the exchanges of a swap away, from the source first: who comes by must not find a hinge that leads nowhere. */
async function removeHinge(lanes: Lanes, hinge: string, source: string | undefined): Promise<void> {
  if (source !== undefined) await lanes.one((channel) => channel.unbindExchange(hinge, source, ''));
  await lanes.each([hinge, `${hinge}${FROM}`, `${hinge}${TO}`], (channel, name) => channel.deleteExchange(name));
}

/**
 * Ends every swap that was cut short, and returns how many those were. The edges that a swap carried are pubsub then, whatever they were.
 * Only for who knows that no swap is under way.
 * @param exchanges the names of all, or of none: then what led nowhere and to nothing yet stays behind, which harms nobody
 */
export async function repair(
  lanes: Lanes,
  bindings: readonly BrokerBinding[],
  exchanges: readonly string[],
): Promise<number> {
  const parts = [...exchanges, ...bindings.flatMap(({ source, destination }) => [source, destination])].filter(isPart);
  const hinges = [...new Set(parts.map(hingeOf))];
  for (const hinge of hinges) {
    const source = bindings.find(({ destination }) => destination === hinge)?.source;
    if (source !== undefined) {
      const isSwitched = !bindings.some((binding) => binding.source === hinge);
      const carrying = `${hinge}${isSwitched ? TO : FROM}`;
      const carried = bindings.filter((binding) => binding.source === carrying).map(({ destination }) => destination);
      await lanes.each(carried, (channel, queue) => channel.bindQueue(queue, source, ''));
    }
    await removeHinge(lanes, hinge, source);
  }
  return hinges.length;
}
