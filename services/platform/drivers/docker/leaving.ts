// `docker compose down` lists the project's containers once, at its beginning, and then ends them one service after the other. A copy
// that was made a moment after that list would outlive the lab. So when this process is told to end while others of the project are
// ended, too, it takes back the copies that it has made since then.
import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from '../../../shared/log.ts';
import { DriverError } from '../../driver.ts';
import type { Engine } from './engine.ts';
import type { EngineEvent } from './marks.ts';

/** Compose has made its list so long before the first container is told to end, at most. */
const LISTED_BEFORE_SECONDS = 3;
/** The others are told at about the same time as we are: so long their being told is waited for. */
const HEAR_OTHERS_MS = 500;
/** Ends that are further back than the longest grace are another story. */
const TOGETHER_SECONDS = 45;
const SIGTERM = '15';

export function createLeaving({ engine, log }: { engine: Engine; log: Log }) {
  const made = new Map<string, number>();
  /** Ids that this process ends itself: a scale-down is no `down`. */
  const ownEnds = new Set<string>();
  let endsOfOthers: number[] = [];
  let left = false;

  return {
    /** @throws {DriverError} when nothing is to be added any more */
    check(): void {
      if (left) throw new DriverError('refused', 'the platform is ending: it adds nothing more');
    },
    made: (id: string): void => void made.set(id, Date.now() / 1000),
    ends: (id: string): void => void ownEnds.add(id),
    hear({ Action, Actor, timeNano }: EngineEvent): void {
      if (Action === 'destroy') {
        made.delete(Actor.ID);
        ownEnds.delete(Actor.ID);
      }
      const own = ownEnds.has(Actor.ID) || Actor.ID.startsWith(hostname());
      if (Action !== 'kill' || Actor.Attributes.signal !== SIGTERM || own) return;
      const at = timeNano / 1e9;
      endsOfOthers = [...endsOfOthers.filter((earlier) => at - earlier < TOGETHER_SECONDS), at];
    },
    /** @param underWay resolves when what is being added has been added, or could not be */
    async leave(underWay: () => Promise<unknown>): Promise<void> {
      left = true;
      await Promise.all([underWay(), wait(HEAR_OTHERS_MS)]);
      const first = endsOfOthers.find((at) => Date.now() / 1000 - at < TOGETHER_SECONDS);
      if (first === undefined) return;
      const late = [...made].filter(([, at]) => at > first - LISTED_BEFORE_SECONDS).map(([id]) => id);
      if (late.length > 0) log.info({ late }, 'the lab is being taken down: taking back what was just added');
      await Promise.allSettled(late.map((id) => engine.remove(id)));
    },
  };
}
