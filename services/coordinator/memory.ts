// What a coordinator must know again after a restart, kept where the bindings are kept: in the broker, as a global parameter. So it
// lives exactly as long as they do. Routing is live: a graph may say something else than its file.
import { z } from 'zod';
import type { Log } from '../shared/log.ts';
import { createKeptValue, type KeptValue } from '../shared/messaging/kept-value.ts';
import type { ManagementApi } from '../shared/messaging/management.ts';

const Remembered = z.object({
  /** The text of the graph's file as it was last applied. */
  file: z.string().optional(),
  main: z.string().optional(),
  networks: z.array(
    z.object({
      id: z.string(),
      /** In the JSON form of a graph. */
      graph: z.unknown(),
      state: z.enum(['new', 'started', 'stopped']),
      startedAt: z.number().optional(),
      /** Initial packets still to be sent: their place among those of the graph. */
      pending: z.array(z.number().int()),
    }),
  ),
});
export type Remembered = z.infer<typeof Remembered>;

/** A save that fails is logged: the flow does not depend on it. */
export type Memory = KeptValue<Remembered>;

export const createMemory = (api: ManagementApi, vhost: string, log: Log): Memory =>
  createKeptValue({ api, name: `queuelab-graph-${vhost}`, schema: Remembered, what: 'the graph', log });
