// What a scaler must know again after a restart: its mode, and what people have set of single roles. Kept in the broker, as the
// coordinator keeps its graphs: the scaler itself has no disk.
import { z } from 'zod';
import type { Log } from '../shared/log.ts';
import { createKeptValue, type KeptValue } from '../shared/messaging/kept-value.ts';
import type { ManagementApi } from '../shared/messaging/management.ts';

export const MODES = ['off', 'advise', 'act'] as const;
/** off: looks, and says nothing of what should be. advise: says what it would do. act: does it. */
export type Mode = (typeof MODES)[number];

export const Steering = z.object({
  fixed: z.number().int().nonnegative().optional(),
  paused: z.enum(['both', 'in', 'out']).optional(),
});
export type Steering = z.infer<typeof Steering>;

const Remembered = z.object({ mode: z.enum(MODES), steering: z.record(z.string(), Steering) });
export type Remembered = z.infer<typeof Remembered>;

export type State = KeptValue<Remembered>;

export const createState = (api: ManagementApi, vhost: string, log: Log): State =>
  createKeptValue({ api, name: `queuelab-scaler-${vhost}`, schema: Remembered, what: 'mode and steering', log });
