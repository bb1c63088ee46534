// What a comparison was made on, as far as it tells what its numbers are worth.
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { readComposeFile } from '../local/compose-file.ts';
import { composeVariables } from '../local/local-lab.ts';
import type { Machine } from './comparison.ts';

/** This machine, and what docker-compose.yml lets one replica of each service use of it. */
export function thisMachine(mode: Machine['mode']): Machine {
  const services = readComposeFile(readFileSync('docker-compose.yml', 'utf8'), composeVariables('.', process.env));
  const limits = services.flatMap(({ name, cpus: limit }) => (limit === undefined ? [] : [[name, limit] as const]));
  return {
    cores: availableParallelism(),
    model: (cpus()[0]?.model ?? '').trim(),
    memoryBytes: totalmem(),
    system: `${type()} ${release()}`,
    mode,
    cpus: Object.fromEntries(limits),
  };
}

/** The role that is limited by its cores: the others wait for the vendor or the database more than they compute. */
export const CPU_ROLE = 'resize';

/** How many replicas of that role have as many cores as the front end has; undefined where there are no limits to go by. */
export function fairReplicas({ frontend, [CPU_ROLE]: worker }: Readonly<Record<string, number>>): number | undefined {
  if (frontend === undefined || worker === undefined) return undefined;
  return Math.max(1, Math.round(frontend / worker));
}

const plural = (cores: number): string => `${cores} ${cores === 1 ? 'core' : 'cores'}`;

/** Replicas by worker role at the beginning of a run: the services whose limits add up to what the workers may use. */
export type Replicas = Readonly<Record<string, number>>;

/** How many cores do the work inside the request, and how many in the workers; in one or two sentences. */
export function coresSentence({ mode, cores, cpus: limits }: Machine, replicas: Replicas): string {
  if (mode === 'local') {
    return `Plain processes have no limit of their own: front end and workers may each use all ${plural(cores)} of this machine.`;
  }
  const coresOf = (name: string): number => (replicas[name] ?? 0) * (limits[name] ?? cores);
  const listed = (name: string): string => `${name} ${replicas[name]} × ${limits[name] ?? cores}`;
  const others = Object.keys(replicas).filter((name) => name !== CPU_ROLE);
  return (
    `Inside the request everything has the front end's ${plural(limits.frontend ?? cores)}; in the workers what is limited by its cores has ` +
    `${plural(coresOf(CPU_ROLE))} (${listed(CPU_ROLE)}). ${others.map(listed).join(' and ')} wait for others more than they compute.`
  );
}
