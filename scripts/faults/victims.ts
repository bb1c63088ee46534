// Which replicas a fault hits: all of a service, one that was named, or so many drawn at random, the same for the same seed.
import { createRandom } from '../../services/shared/arrivals/random.ts';
import { CannotRun } from '../command.ts';
import type { ReplicaView, ServiceView, Target } from '../lab-view.ts';

/** One replica, by its full name. */
export interface Victim {
  service: string;
  replica: string;
}

export interface Choice {
  /** A service, or one of its replicas. */
  target: Target;
  /** So many of the service, at random; all of them where it is not given. */
  n?: number | undefined;
  seed: number;
  /** Counts the draws with one seed. */
  turn: number;
}

/** It runs, and goes on by itself: what is down or stopped already cannot be hit again. */
const canBeHit = ({ state, paused }: ReplicaView): boolean => state !== 'down' && state !== 'waiting' && !paused;

/** So many of a list, each as likely as any other, in the order of the list. */
export function draw<T>(from: readonly T[], n: number, { seed, turn }: { seed: number; turn: number }): T[] {
  const { uniform } = createRandom(seed, 'crash', turn);
  const left = from.map((_, index) => index);
  const drawn = new Set<number>();
  while (drawn.size < n && left.length > 0) {
    const [index] = left.splice(Math.floor(uniform() * left.length), 1);
    drawn.add(index!);
  }
  return from.filter((_, index) => drawn.has(index));
}

/** Those that are hit now; none where nothing of it runs. @throws {CannotRun} where --n is asked of a single replica */
export function chooseVictims(services: readonly ServiceView[], { target, n, seed, turn }: Choice): Victim[] {
  const { service, replica } = target;
  if (replica !== undefined && n !== undefined) throw new CannotRun(`--n is for a service; ${replica} is one replica`);
  const all = services.find(({ name }) => name === service)?.replicas ?? [];
  const open = all.filter((one) => canBeHit(one) && (replica === undefined || one.name === replica));
  const chosen = n === undefined ? open : draw(open, n, { seed, turn });
  return chosen.map(({ name }) => ({ service, replica: name }));
}

/** Whether these are all that the service has: then one command for the service does it. */
export function isWholeService(services: readonly ServiceView[], victims: readonly Victim[]): boolean {
  const names = new Set(victims.map(({ replica }) => replica));
  const all = services.find(({ name }) => name === victims[0]?.service)?.replicas ?? [];
  return all.length === names.size && all.every(({ name }) => names.has(name));
}

/** `resize-1 and resize-2`, without the project's name in front. */
export function namesOf(victims: readonly Victim[]): string {
  const short = victims.map(({ service, replica }) => `${service}-${replica.slice(replica.lastIndexOf('-') + 1)}`);
  return short.length < 2 ? (short[0] ?? 'nothing') : `${short.slice(0, -1).join(', ')} and ${short.at(-1)}`;
}

/** A seed for who gave none: short, as it is printed for another time. */
export const anySeed = (): number => Math.floor(Math.random() * 10_000);
