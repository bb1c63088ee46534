// What the drawing of one item's life line is made of: a part of what `./lab trace --json` prints.
import { z } from 'zod';
import type { Segment } from '../../trace/segments.ts';

const SegmentJson = z.object({
  kind: z.enum(['on its way', 'waiting', 'working']),
  role: z.string().optional(),
  replica: z.string().optional(),
  attempt: z.int(),
  redelivered: z.boolean(),
  from: z.int(),
  to: z.int(),
}) satisfies z.ZodType<Partial<Segment>>;

export const ItemTrace = z.object({
  item: z.string(),
  state: z.enum(['done', 'failed', 'cancelled']),
  /** ISO. */
  accepted_at: z.string(),
  total_ms: z.int(),
  segments: z.array(SegmentJson).min(1),
});
export type ItemTrace = z.infer<typeof ItemTrace>;
