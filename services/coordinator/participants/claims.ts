// Whose connection is whose. Our participants name their connection as their id. Of others nobody knows what theirs is called: they
// get, in the order of their announcements, one that consumes from a queue of theirs and is nobody's yet.
import type { Presence } from './observation.ts';

export interface Claimant {
  id: string;
  /** One that is only known from its connection gives way to one that has announced itself. */
  announced: boolean;
  /** One that is `gone` claims nothing until it announces itself again. */
  state: string;
  /** What it was given before, by the broker's names. */
  connections: readonly string[];
  inports: readonly { queue?: string }[];
}

export interface Claims<T> {
  owned: Map<T, readonly string[]>;
  /** Known from a connection that somebody else has claimed now. */
  replaced: T[];
  /** Connections that consume and are nobody's, with the name that their client gave. */
  free: [connection: string, givenName: string | undefined][];
}

/** `claimants` in the order of their announcements. */
export function claimConnections<T extends Claimant>(claimants: Iterable<T>, presence: Presence): Claims<T> {
  const owned = new Map<T, readonly string[]>();
  const taken = new Set<string>();
  const own = (claimant: T, connections: readonly string[]): void => {
    owned.set(claimant, connections);
    for (const connection of connections) taken.add(connection);
  };
  const kept = ({ connections }: T): string[] =>
    connections.filter((connection) => presence.has(connection) && !taken.has(connection));

  const unnamed: T[] = [];
  for (const claimant of claimants) {
    const named = presence.named(claimant.id);
    if (named.length > 0) own(claimant, named);
    else unnamed.push(claimant);
  }
  for (const claimant of unnamed) {
    if (!claimant.announced) continue;
    const connections = kept(claimant);
    if (connections.length > 0) own(claimant, connections);
  }
  // Who had a connection and has it no more is gone; it does not take somebody else's.
  const open = unnamed.filter(
    ({ announced, state, connections }) => announced && state !== 'gone' && connections.length === 0,
  );
  claimByQueue(open, presence, taken, own);

  const replaced: T[] = [];
  for (const claimant of unnamed) {
    if (claimant.announced || claimant.state === 'gone') continue;
    const connections = kept(claimant);
    if (connections.length > 0) own(claimant, connections);
    else if (claimant.connections.some((connection) => taken.has(connection))) replaced.push(claimant);
  }
  const free = [...presence.consuming()].filter(([connection]) => !taken.has(connection));
  return { owned, replaced, free };
}

/** Queues that one claimant alone names come first: what consumes from such a one is its own for sure. */
function claimByQueue<T extends Claimant>(
  open: readonly T[],
  presence: Presence,
  taken: ReadonlySet<string>,
  own: (claimant: T, connections: readonly string[]) => void,
): void {
  if (open.length === 0) return;
  const consumers = new Map<string, string[]>();
  for (const [connection] of presence.consuming()) {
    if (taken.has(connection)) continue;
    for (const queue of presence.queues(connection)) {
      consumers.set(queue, [...(consumers.get(queue) ?? []), connection]);
    }
  }
  if (consumers.size === 0) return;
  const namedBy = new Map<string, number>();
  for (const { inports } of open) {
    for (const { queue } of inports) if (queue !== undefined) namedBy.set(queue, (namedBy.get(queue) ?? 0) + 1);
  }
  const claimed = new Set<T>();
  for (const alone of [true, false]) {
    for (const claimant of open) {
      if (claimed.has(claimant)) continue;
      const connection = claimant.inports
        .flatMap(({ queue }) => (queue !== undefined && (namedBy.get(queue) === 1) === alone ? [queue] : []))
        .flatMap((queue) => consumers.get(queue) ?? [])
        .find((candidate) => !taken.has(candidate));
      if (connection === undefined) continue;
      claimed.add(claimant);
      own(claimant, [connection]);
    }
  }
}
