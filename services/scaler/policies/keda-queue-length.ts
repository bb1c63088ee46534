// The policy `keda-queue-length`, for comparison: what KEDA's RabbitMQ scaler in mode QueueLength makes of the backlog, together with the
// HorizontalPodAutoscaler that it steers, both with their defaults.
//
//   replicas = ceil(messages, waiting and in hand / messages for each replica)
//   up       at most to the double, or by four where that is more, in 15 s
//   down     to the highest number that was wanted in the last 300 s
//   0 → 1    by KEDA itself, which looks every 30 s;  1 → 0 after 300 s without messages, which is the same as the rule for down
//
// How far back it sees are the estimates that are kept: give `history: 300`.
import type { RoleSettings } from '../../shared/guv/settings.ts';
import type { Policy, Situation, Wish } from '../deciding/types.ts';

/** Seconds: between two looks of the autoscaler, between two of KEDA, and for which the highest number counts. */
const SYNC = 15;
const KEDA_POLL = 30;
const STABILISATION = 300;
/** Pods by which it may grow in one look, however few there are. */
const STEP = 4;
/** Share of the deadline after which the last message of a steady backlog is done, where `queueLength` is not given. */
const STEADY = 0.5;

export const kedaQueueLength: Policy = (situation, settings) => {
  const replicas = situation.ready + situation.starting.length;
  const each = messagesEach(settings);
  const messages = situation.waiting + situation.inHand;
  const wanted = Math.ceil(messages / each);
  const estimate = Math.min(settings.maximum, Math.max(settings.minimum, wanted));
  const formula = `ceil(${messages} / ${each}) = ${wanted}`;
  const wish = (result: number, term: Wish['term'], held = ''): Wish => ({
    replicas: result,
    estimate,
    term,
    formula: formula + held,
  });

  if (!isLook(situation, replicas === 0 ? KEDA_POLL : SYNC))
    return wish(replicas, 'none', '; the next look is yet to come');
  if (replicas === 0) return wish(Math.min(wanted, 1), wanted === 0 ? 'zero' : 'load');
  if (wanted > replicas) return wish(Math.min(wanted, Math.max(2 * replicas, replicas + STEP)), 'load');
  const highest = highestEstimate(situation, wanted);
  return highest > wanted
    ? wish(Math.min(highest, replicas), 'hysteresis', `; ${highest} was wanted in the last ${STABILISATION} s`)
    : wish(wanted, wanted === 0 ? 'zero' : 'spare');
};

/** In a steady state messages wait and are worked on for `messages / replicas · processing / concurrency` seconds. */
const messagesEach = ({ queueLength, deadline, processing, concurrency }: RoleSettings): number =>
  queueLength ?? Math.max(1, Math.floor((STEADY * deadline * concurrency) / processing));

/** The policy may be asked more often than they look. */
const isLook = ({ at, poll }: Situation, every: number): boolean =>
  poll >= every || Math.floor(at / every) !== Math.floor((at - poll) / every);

function highestEstimate({ estimates, poll }: Situation, wanted: number): number {
  const first = Math.max(0, estimates.length - Math.floor(STABILISATION / poll));
  let highest = wanted;
  for (let index = first; index < estimates.length; index += 1) highest = Math.max(highest, estimates[index]!);
  return highest;
}
