// Who is there: what participants announce, and who has been silent for too long.
import { z } from 'zod';
import { firstIssue } from '../shared/messaging/fate.ts';

const Port = z.object({ id: z.string().min(1), queue: z.string().min(1).optional(), hidden: z.boolean().optional() });

/** A discovery message. Python and stock Node participants send more; what is needed is here, the rest is passed over. */
const Announcement = z.object({
  protocol: z.literal('discovery'),
  command: z.literal('participant'),
  payload: z.object({
    id: z.string().min(1),
    role: z.string().min(1),
    component: z.string().min(1),
    inports: z.array(Port),
    outports: z.array(Port),
  }),
});

export type Participant = z.infer<typeof Announcement>['payload'] & { heardAt: number };

/** A participant is dropped after so long without a word, as MsgFlo's documents promise. Milliseconds. */
const SILENT_MS = 600_000;
/** A flood of announcements must not fill the memory. */
const MOST_PARTICIPANTS = 10_000;

export interface Participants {
  /** Takes an announcement. Returns why it was skipped, or nothing. */
  hear(message: unknown, now?: number): string | undefined;
  /** Forgets who has been silent for too long, and returns them. */
  dropSilent(now?: number): Participant[];
  all(): Participant[];
  /** The distinct queues that the participants of a role announce for a port. */
  queues(role: string, direction: 'inports' | 'outports', port: string): string[];
}

export function createParticipants(): Participants {
  const known = new Map<string, Participant>();
  return {
    hear(message, now = Date.now()) {
      const parsed = Announcement.safeParse(message);
      if (!parsed.success) return firstIssue(parsed.error);
      const { payload } = parsed.data;
      if (known.size >= MOST_PARTICIPANTS && !known.has(payload.id))
        return `more than ${MOST_PARTICIPANTS} participants`;
      known.set(payload.id, { ...payload, heardAt: now });
    },
    dropSilent(now = Date.now()) {
      const silent = [...known.values()].filter(({ heardAt }) => now - heardAt > SILENT_MS);
      for (const { id } of silent) known.delete(id);
      return silent;
    },
    all: () => [...known.values()],
    queues(role, direction, port) {
      const ports = [...known.values()]
        .filter((participant) => participant.role === role)
        .flatMap((participant) => participant[direction])
        .filter(({ id, queue }) => id.toLowerCase() === port && queue !== undefined);
      return [...new Set(ports.map(({ queue }) => queue!))];
    },
  };
}
