// Our participant, as a service starts it.
import { z } from 'zod';
import { createLog } from '../../services/shared/log.ts';
import { startParticipant } from '../../services/shared/messaging/participant.ts';
import { createMetrics } from '../../services/shared/metrics.ts';
import { brokerUrl, handle, PREFETCH } from './flow.ts';

const Numbered = z.object({ item: z.string(), job: z.string(), n: z.number(), text: z.string() });
const replica = 'worker-1';
const participant = startParticipant(
  {
    role: 'worker',
    component: 'Worker',
    label: 'Counts up',
    inports: {
      in: { schema: Numbered, prefetch: PREFETCH, handle: ({ data }) => ({ port: 'out', data: handle(data) }) },
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
process.once('SIGTERM', () => void participant.drain().then(() => process.exit(0)));
