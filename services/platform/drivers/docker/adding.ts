// More replicas: those that lie there ended are started, then copies of a sibling are made.
import type { ContainerInspectInfo } from 'dockerode';
import type { Log } from '../../../shared/log.ts';
import { DriverError } from '../../driver.ts';
import { cloneOf } from './clone.ts';
import { isCut, shortId } from './endpoints.ts';
import { type Engine, isTaken } from './engine.ts';
import type { Family } from './family.ts';
import { freeNumbers, numberOf } from './labels.ts';
import { createLeaving } from './leaving.ts';
import type { EngineEvent } from './marks.ts';
import { isRunning, isStartable } from './state.ts';
import type { Turns } from './turns.ts';

interface Adding {
  engine: Engine;
  family: Family;
  turns: Turns;
  project: string;
  log: Log;
  /** A start is asked for, of the container with this whole id. */
  onRequest: (id: string) => void;
  /** Puts one that is in no network back. */
  join: (container: ContainerInspectInfo) => Promise<void>;
}

/** Somebody else (`docker compose up --scale`) may take the same number at the same moment. */
const NAME_ATTEMPTS = 5;

/** So many are started at a time: all at once they would boot together, and the first help would come as late as the last. */
const STARTS_AT_A_TIME = 2;

/** As Promise.allSettled, but so many at a time, in order. */
async function inTurns<T>(works: readonly (() => Promise<T>)[]): Promise<PromiseSettledResult<T>[]> {
  const outcomes: PromiseSettledResult<T>[] = [];
  const rest = works.entries();
  const run = async (): Promise<void> => {
    for (const [place, work] of rest)
      [outcomes[place]] = (await Promise.allSettled([work()])) as [PromiseSettledResult<T>];
  };
  await Promise.all(Array.from({ length: STARTS_AT_A_TIME }, run));
  return outcomes;
}

/** What to copy: one that runs, else the one that was made last, as Compose has given it the newest settings. */
function choosePattern(all: readonly ContainerInspectInfo[]): ContainerInspectInfo | undefined {
  const byAge = [...all].sort((a, b) => Date.parse(b.Created) - Date.parse(a.Created));
  return byAge.find(isRunning) ?? byAge[0];
}

export function createAdding({ engine, family, turns, project, log, onRequest, join }: Adding) {
  const leaving = createLeaving({ engine, log });
  const underWay = new Set<Promise<void>>();
  /** Whole ids of those that are being ended: they lie there for a moment before they are removed, and are not to be started again. */
  const ending = new Set<string>();

  async function start(id: string): Promise<string> {
    onRequest(id);
    await engine.start(id);
    return shortId(id);
  }

  async function startEnded(container: ContainerInspectInfo): Promise<string> {
    if (isCut(container)) await join(container); // it is asked to work
    return start(container.Id);
  }

  /** Makes a copy, and leaves nothing where it cannot be started. */
  async function startCopy(pattern: ContainerInspectInfo, image: string, number: number, again = 0): Promise<string> {
    leaving.check();
    const { options, furtherNetworks } = cloneOf(pattern, image, number);
    let id: string;
    try {
      id = await engine.create(options);
    } catch (error) {
      if (!isTaken(error) || again >= NAME_ATTEMPTS) throw error;
      return startCopy(pattern, image, number + again + 1, again + 1);
    }
    leaving.made(id);
    try {
      for (const [network, endpoint] of Object.entries(furtherNetworks)) await engine.connect(network, id, endpoint);
      return await start(id);
    } catch (error) {
      await engine.remove(id).catch(() => {}); // Compose's `down` finds it by its labels if the engine is gone, too
      throw error;
    }
  }

  async function addNow(service: string, count: number): Promise<string[]> {
    leaving.check();
    const all = await family.of([service]);
    const pattern = choosePattern(all);
    if (pattern === undefined) {
      const hint = `\`docker compose up --no-start ${service}\` makes one`;
      throw new DriverError('refused', `there is no container of ${service} in ${project} to copy: ${hint}`);
    }
    const number = ({ Config }: ContainerInspectInfo): number => numberOf(Config.Labels);
    const ended = all.filter((one) => isStartable(one) && !ending.has(one.Id)).sort((a, b) => number(a) - number(b));
    const toStart = ended.slice(0, count);
    const copies = freeNumbers(all.map(number), count - toStart.length);
    const image = copies.length === 0 ? undefined : ((await family.imageOf(pattern.Id)) ?? pattern.Image);
    const outcomes = await inTurns([
      ...toStart.map((one) => () => startEnded(one)),
      ...copies.map((free) => () => startCopy(pattern, image!, free)),
    ]);
    const started = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
    if (started.length === 0 && failures.length > 0) throw failures[0];
    for (const failure of failures) log.warn({ err: failure, service }, 'a replica could not be started');
    return started;
  }

  return {
    /** @throws {DriverError} where none could be started */
    add(service: string, count: number): Promise<string[]> {
      if (count <= 0) return Promise.resolve([]);
      const work = turns.take(service, () => addNow(service, count));
      const settled = work.then(
        () => void underWay.delete(settled),
        () => void underWay.delete(settled),
      );
      underWay.add(settled);
      return work;
    },
    /** This process ends the container with this whole id, and when it has. */
    ends(id: string): void {
      ending.add(id);
      leaving.ends(id);
    },
    hasEnded: (id: string): void => void ending.delete(id),
    isEnding: (id: string): boolean => ending.has(id),
    hear: (event: EngineEvent): void => leaving.hear(event),
    leave: (): Promise<void> => leaving.leave(() => Promise.all(underWay)),
  };
}
