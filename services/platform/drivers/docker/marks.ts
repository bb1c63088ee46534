// What Docker's events say of a container's present run that inspection does not show: that it was told to end, and that somebody
// ended it. Whoever sends the signal (this platform, `docker compose kill`, `docker stop`), it is seen here.

/** An event of the engine, as far as it is read. */
export interface EngineEvent {
  Action: string;
  Actor: { ID: string; Attributes: Record<string, string> };
  timeNano: number;
}

export interface Mark {
  drainingAt?: number;
  killed?: boolean;
}

/** SIGHUP, SIGINT, SIGQUIT, SIGABRT, SIGKILL, SIGTERM. */
const ENDING = new Set(['1', '2', '3', '6', '9', '15']);
/** Those after which our services finish what is in hand. */
const DRAINING = new Set(['2', '15']);

export function createMarks() {
  const marks = new Map<string, Mark>();
  return {
    /** By the container's whole id. */
    of: (id: string): Mark => marks.get(id) ?? {},
    set(id: string, mark: Mark): void {
      marks.set(id, { ...marks.get(id), ...mark });
    },
    forget: (id: string): void => void marks.delete(id),
    hear({ Action, Actor, timeNano }: EngineEvent): void {
      if (Action === 'start' || Action === 'destroy') marks.delete(Actor.ID); // a new run, or none
      if (Action !== 'kill') return;
      const signal = Actor.Attributes.signal ?? '';
      if (!ENDING.has(signal)) return;
      const drainingAt = marks.get(Actor.ID)?.drainingAt ?? (DRAINING.has(signal) ? timeNano / 1e9 : undefined);
      marks.set(Actor.ID, { killed: true, ...(drainingAt === undefined ? {} : { drainingAt }) });
    },
  };
}

export type Marks = ReturnType<typeof createMarks>;
