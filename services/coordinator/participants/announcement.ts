// What a participant announces, as far as it is used here, within bounds: anybody on the broker may send anything to `fbp`.
import { z } from 'zod';
import { firstIssue } from '../../shared/messaging/fate.ts';

/** As AMQP bounds the names of queues and exchanges. */
const MOST_NAME = 255;
/** Letters of a text for people; what is longer is cut. */
const MOST_TEXT = 1_000;
/** In-ports and out-ports, each. */
const MOST_PORTS = 200;

/** Names are shown in terminals: a control character in one could repaint the screen. */
const Name = z
  .string()
  .min(1)
  .max(MOST_NAME)
  .regex(/^\P{Cc}+$/u, 'must not have control characters');

/** A text that nobody depends on: where it is something else it is passed over, and not the whole announcement. */
const Text = z
  .string()
  .transform((text) => text.replace(/\p{Cc}+/gu, ' ').slice(0, MOST_TEXT))
  .optional()
  .catch(undefined);

/** Whether a name that comes from elsewhere, such as a connection's, may be shown and kept. */
export function isName(text: string): boolean {
  return Name.safeParse(text).success;
}

/** Foreign participants say `null` where they have no queue. */
const Queue = Name.nullish().transform((queue) => queue ?? undefined);

const Port = z.object({
  id: Name,
  queue: Queue,
  type: Text,
  description: Text,
  hidden: z.boolean().optional().catch(undefined),
});

const Announcement = z.object({
  protocol: z.literal('discovery'),
  command: z.literal('participant'),
  payload: z.object({
    id: Name,
    role: Name,
    component: Name,
    label: Text,
    icon: Text,
    inports: z.array(Port).max(MOST_PORTS),
    outports: z.array(Port).max(MOST_PORTS),
  }),
});

export type Announced = z.infer<typeof Announcement>['payload'];

/** The announcement in a discovery message, or why it is none. More than is needed is passed over. */
export function readAnnouncement(message: unknown): { announced: Announced } | { skipped: string } {
  const parsed = Announcement.safeParse(message);
  return parsed.success ? { announced: parsed.data.payload } : { skipped: firstIssue(parsed.error) };
}
