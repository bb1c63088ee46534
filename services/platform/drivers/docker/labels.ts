// What Compose writes on its containers, and by which it knows them again. A container that carries these is Compose's in every
// respect: `docker compose ps`, `logs`, `kill`, `up --scale` and `down` treat it as their own, whoever made it.

export type Labels = Readonly<Record<string, string>>;

export const PROJECT = 'com.docker.compose.project';
export const SERVICE = 'com.docker.compose.service';
export const NUMBER = 'com.docker.compose.container-number';
const ONE_OFF = 'com.docker.compose.oneoff';
/** On a container that takes the place of another: which one. A copy takes nobody's place. */
const REPLACES = 'com.docker.compose.replace';

/** Made by `docker compose up`, and not by `docker compose run`, whose containers are somebody's own errand. */
export const isReplica = (labels: Labels, project: string): boolean =>
  labels[PROJECT] === project && labels[SERVICE] !== undefined && labels[ONE_OFF] !== 'True';

export const numberOf = (labels: Labels): number => Number(labels[NUMBER]) || 0;

/** The labels of a copy: the pattern's, with a number of its own. */
export function copyLabels(pattern: Labels, number: number): Record<string, string> {
  const { [REPLACES]: _, ...labels } = pattern;
  return { ...labels, [NUMBER]: String(number) };
}

/** So many of the smallest numbers that nobody has, from 1 on, as Compose numbers. */
export function freeNumbers(taken: readonly number[], count: number): number[] {
  const used = new Set(taken);
  const free: number[] = [];
  for (let number = 1; free.length < count; number += 1) if (!used.has(number)) free.push(number);
  return free;
}

/** What Compose calls a replica: `queuelab-resize-2`. */
export const containerName = (labels: Labels, number: number): string =>
  `${labels[PROJECT]}-${labels[SERVICE]}-${number}`;
