// What the broker says of who is there, read: whose connection is whose, and who takes part that has not said a word yet.

/** What the broker's management API shows at one moment. */
export interface Observation {
  /** `name` is the broker's, `givenName` the one that the client gave: our participants give their id. */
  connections: readonly { name: string; givenName?: string }[];
  /** `connection` is the broker's name of it. A new consumer is shown up to 5 s late, one that is gone is missing at once. */
  consumers: readonly { connection: string; queue: string }[];
  /** Exchanges that have no queue of their name. Absent: not asked for this time. */
  exchanges?: readonly string[];
  /** When it was asked for, epoch milliseconds: what happened later may be missing. */
  at: number;
}

/** The same, to look things up in. */
export interface Presence {
  at: number;
  /** The connections of a given name; more than one where an old one is not known to be dead yet. */
  named(givenName: string): readonly string[];
  has(connection: string): boolean;
  /** What a connection consumes from. */
  queues(connection: string): ReadonlySet<string>;
  /** The connections that consume, with the name that their client gave. */
  consuming(): Iterable<[connection: string, givenName: string | undefined]>;
}

const NOTHING: ReadonlySet<string> = new Set();

export function presenceOf({ connections, consumers, at }: Observation): Presence {
  const given = new Map(connections.map(({ name, givenName }) => [name, givenName]));
  const byGivenName = new Map<string, string[]>();
  for (const { name, givenName } of connections) {
    if (givenName !== undefined) byGivenName.set(givenName, [...(byGivenName.get(givenName) ?? []), name]);
  }
  const queues = new Map<string, Set<string>>();
  for (const { connection, queue } of consumers) {
    if (!given.has(connection)) continue; // gone between the two questions
    const taken = queues.get(connection);
    if (taken === undefined) queues.set(connection, new Set([queue]));
    else taken.add(queue);
  }
  return {
    at,
    named: (givenName) => byGivenName.get(givenName) ?? [],
    has: (connection) => given.has(connection),
    queues: (connection) => queues.get(connection) ?? NOTHING,
    *consuming() {
      for (const connection of queues.keys()) yield [connection, given.get(connection)];
    },
  };
}

/** `role.PORT`, or `role.PORT.<replica>` for a port that each replica hears for itself. */
const ROLE_QUEUE = /^(?!dead-)([A-Za-z][\w-]*)\.([A-Z][A-Z0-9_-]*)(?:\.(.+))?$/;

/** What the name of a queue or exchange says, or undefined where it is not named as MsgFlo names ports. */
export function portOf(name: string): { role: string; port: string; replica?: string } | undefined {
  const [, role, port, replica] = ROLE_QUEUE.exec(name) ?? [];
  return role === undefined || port === undefined ? undefined : { role, port: port.toLowerCase(), replica };
}
