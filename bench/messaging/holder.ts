// A participant that takes messages and never answers them. It tells its parent process of each: when, and whether it came again.
import { flushCompileCache } from 'node:module';
import { z } from 'zod';
import { createLog } from '../../services/shared/log.ts';
import { defineParticipant } from '../../services/shared/messaging/define-participant.ts';
import { startParticipant } from '../../services/shared/messaging/participant.ts';
import { createMetrics } from '../../services/shared/metrics.ts';
import { brokerUrl } from './flow.ts';

/** What the parent hears, for each message in hand. `at`: epoch milliseconds, with fractions. */
export interface Taken {
  at: number;
  redelivered: boolean;
}

const replica = `worker-${process.pid}`;
startParticipant(
  defineParticipant({
    role: 'worker',
    component: 'Holder',
    label: 'Holds what it gets',
    prefetch: Number(process.argv[3]),
    inports: {
      in: {
        schema: z.object({ n: z.number(), text: z.string() }),
        timeoutMs: 3_600_000,
        handle({ redelivered }) {
          process.send?.({ at: performance.timeOrigin + performance.now(), redelivered } satisfies Taken);
          return new Promise<undefined>(() => {});
        },
      },
    },
    outports: {},
  }),
  {
    url: brokerUrl(),
    replica,
    log: createLog('worker', replica, 'warn'),
    metrics: createMetrics({ role: 'worker', replica }),
  },
);
flushCompileCache(); // it is killed, so it would never be written
