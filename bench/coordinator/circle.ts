// Messages that go round: a participant that takes them from `worker.IN` and sends them to `worker.OUT`, which leads back to it.
// Nothing is filled or drained, so its speed can be compared from one second to the next. Tells its parent, when asked, how many it has
// handled and when.
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { createLog } from '../../services/shared/log.ts';
import { startParticipant } from '../../services/shared/messaging/participant.ts';
import { createMetrics } from '../../services/shared/metrics.ts';
import { brokerUrl, handle, PREFETCH } from '../messaging/flow.ts';

/** What the parent hears. `at`: milliseconds on a clock that only goes forward. */
export interface Handled {
  count: number;
  at: number;
}

/** Messages a second, of which no more are handled; without it, as many as can be. */
const perSecond = process.argv[3] === undefined ? undefined : Number(process.argv[3]);
const Numbered = z.object({ item: z.string(), job: z.string(), n: z.number(), text: z.string() });
const replica = 'worker-1';
let count = 0;
let next = performance.now();

/** Waits for this message's turn. */
async function inTurn(rate: number): Promise<void> {
  const now = performance.now();
  next = Math.max(next + 1000 / rate, now - 50);
  if (next > now + 1) await pause(next - now);
}

const participant = startParticipant(
  {
    role: 'worker',
    component: 'Worker',
    label: 'Counts up',
    inports: {
      in: {
        schema: Numbered,
        prefetch: PREFETCH,
        handle({ data }) {
          count += 1;
          // Without steps: they would be one more at each round.
          const answer = { port: 'out', data: handle(data), envelope: { steps: [] } };
          return perSecond === undefined ? answer : inTurn(perSecond).then(() => answer);
        },
      },
    },
    outports: { out: {}, error: {} },
  },
  {
    url: brokerUrl(),
    replica,
    log: createLog('worker', replica, 'warn'),
    metrics: createMetrics({ role: 'worker', replica }),
  },
);
process.on('message', () => process.send?.({ count, at: performance.now() } satisfies Handled));
process.once('disconnect', () => void participant.drain(1_000).then(() => process.exit(0)));
