// What is read of the scaler's GET /status: how much work there is at each role, how fast it is done, and how many may come to help.
import { z } from 'zod';

const count = z.number().min(0);
const seconds = z.number().min(0);

/** A role as the scaler tells it; times in seconds. What could not be observed is missing. */
const RoleTold = z.object({
  role: z.string(),
  /** Items that a replica has in hand at a time, and what guv.yaml says that each takes. */
  concurrency: z.number().min(1),
  processing: seconds,
  maximum: count,
  deadline: seconds,
  situation: z
    .object({
      at: z.number(),
      waiting: count,
      inHand: count,
      age: seconds,
      poll: seconds,
      service: z.number().positive(),
      boot: seconds,
      ready: count,
      starting: z.array(seconds),
    })
    .optional(),
  decision: z
    .object({
      guard: z.object({ saturated: z.object({ at: count }).optional(), platform: z.string().optional() }),
    })
    .optional(),
  steering: z.object({ fixed: count.optional(), paused: z.enum(['both', 'in', 'out']).optional() }),
});
export type RoleTold = z.infer<typeof RoleTold>;

export const ScalerTold = z.object({
  mode: z.enum(['off', 'advise', 'act']),
  /** Seconds since the epoch, of the scaler's clock: only differences of its own times mean something here. */
  at: z.number(),
  roles: z.array(RoleTold),
});
export type ScalerTold = z.infer<typeof ScalerTold>;
