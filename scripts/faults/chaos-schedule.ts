// What `./lab chaos` does, and when: a pure function of the seed and of the workers that there are. Kills of workers most often, pauses and cuts now and then, the
// vendor's faults, and what is bought (broker, database) rarely and never two of them at a time.
import { createRandom, type Random } from '../../services/shared/arrivals/random.ts';
import type { RunningLab } from '../lab-view.ts';
import { workerServices } from '../worker-services.ts';

export interface ChaosStep {
  /** Seconds after the start. */
  at: number;
  verb: 'kill' | 'pause' | 'cut' | 'vendor' | 'broker' | 'database';
  /** The role whose replica is hit, or what is done: `resize`, `down`, `restart`. */
  what: string;
  /** Seconds until it is undone; none for what is over by itself. */
  lasts?: number;
}

interface Kind {
  verb: ChaosStep['verb'];
  /** How often, against the others. */
  weight: number;
  what: readonly string[];
  /** Seconds, from and to. */
  lasts?: readonly [number, number];
  /** Seconds from the start of one to the start of the next of the same group at least. */
  group?: { name: string; gap: number };
  onlyOn?: RunningLab['mode'];
}

/** The broker and the database: while one is away, or coming back, the other stays. */
const BOUGHT = { name: 'bought', gap: 60 };
const VENDOR = { name: 'vendor', gap: 20 };

const kindsWith = (workers: readonly string[]): readonly Kind[] => [
  { verb: 'kill', weight: 10, what: workers, lasts: [2, 8] },
  { verb: 'kill', weight: 1, what: ['frontend', 'coordinator', 'scaler', 'platform'], lasts: [2, 8] },
  { verb: 'pause', weight: 3, what: workers, lasts: [5, 35] },
  { verb: 'cut', weight: 3, what: workers, lasts: [5, 35], onlyOn: 'docker' },
  { verb: 'vendor', weight: 2, what: ['slow', 'errors', '429', 'down'], lasts: [5, 15], group: VENDOR },
  { verb: 'broker', weight: 1, what: ['restart'], group: BOUGHT },
  { verb: 'database', weight: 1, what: ['stop', 'lock'], lasts: [5, 15], group: BOUGHT },
];

/** Seconds between two steps: on average, and the fewest. */
const BETWEEN_SECONDS = 5;
const SHORTEST_SECONDS = 1;

const tenth = (seconds: number): number => Math.round(seconds * 10) / 10;

function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random.uniform() * from.length)]!;
}

function pickKind(random: Random, open: readonly Kind[]): Kind {
  // As many tickets as weight.
  return pick(
    random,
    open.flatMap((kind) => Array<Kind>(kind.weight).fill(kind)),
  );
}

/** How long it lasts: to the tenth of a second, and not beyond the end. */
function lengthOf(random: Random, { lasts }: Kind, left: number): number | undefined {
  if (lasts === undefined) return undefined;
  const [from, to] = lasts;
  return tenth(Math.min(from + random.uniform() * (to - from), left));
}

/**
 * The same seed, length, mode and workers give the same schedule. Nothing begins in the last seconds, in which it could not end.
 * @param workers the services that take work; those of docker-compose.yml where none are given
 */
export function scheduleOf(
  seed: number,
  seconds: number,
  mode: RunningLab['mode'],
  workers: readonly string[] = workerServices(),
): ChaosStep[] {
  const kinds = kindsWith(workers);
  const random = createRandom(seed, 'crash');
  const last = new Map<string, number>();
  const isOpen = ({ group, onlyOn }: Kind, at: number): boolean =>
    (onlyOn === undefined || onlyOn === mode) &&
    (group === undefined || at - (last.get(group.name) ?? Number.NEGATIVE_INFINITY) >= group.gap);
  const steps: ChaosStep[] = [];
  for (let at = SHORTEST_SECONDS; ; ) {
    const left = seconds - at;
    if (left < SHORTEST_SECONDS) return steps;
    const kind = pickKind(
      random,
      kinds.filter((one) => isOpen(one, at)),
    );
    const lasts = lengthOf(random, kind, left);
    steps.push({
      at: tenth(at),
      verb: kind.verb,
      what: pick(random, kind.what),
      ...(lasts === undefined ? {} : { lasts }),
    });
    if (kind.group !== undefined) last.set(kind.group.name, at);
    at += SHORTEST_SECONDS + random.exponential() * (BETWEEN_SECONDS - SHORTEST_SECONDS);
  }
}
