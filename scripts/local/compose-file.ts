// Reads docker-compose.yml as far as plain processes need it: what to run, with which environment, in which order.
import { parse } from 'yaml';

/** A port that is reachable on this machine: one of `from` to `to` leads to `target` inside. */
export interface PublishedPort {
  from: number;
  to: number;
  target: number;
  /** The variable that the port comes from, where it does: what a person sets to move it. */
  variable?: string;
}

export interface ComposeService {
  name: string;
  command: string[];
  environment: Record<string, string>;
  ports: PublishedPort[];
  replicas: number;
  dependsOn: { service: string; healthy: boolean }[];
  /** Folders of this machine, and where they are found inside. */
  mounts: { folder: string; inside: string }[];
  /** Without the leading CMD. */
  healthcheck?: { command: string[]; intervalMs: number; timeoutMs: number };
  stopGraceMs: number;
  /** Limits of one replica: cores, bytes. */
  cpus?: number;
  memoryBytes?: number;
  profiles: string[];
}

/** docker-compose.yml holds something that cannot be read; the message names the place. */
export class ComposeError extends Error {
  override readonly name = 'ComposeError';
}

type Variables = Readonly<Record<string, string | undefined>>;
// biome-ignore lint/suspicious/noExplicitAny: YAML, checked where it is read
type Yaml = any;

const VARIABLE = /\$(?:(\$)|\{(\w+)(?:(:?[-?+])([^}]*))?\}|(\w+))/g;
const UNIT_MS: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** Replaces `$VAR`, `${VAR}`, `${VAR:-default}`, `${VAR:?message}` and `${VAR:+other}` as Compose does; `$$` is a dollar. */
export function interpolate(text: string, variables: Variables): string {
  return text.replace(VARIABLE, (_, dollar, braced, operator: string | undefined, word: string, bare) => {
    if (dollar !== undefined) return '$';
    const name: string = braced ?? bare;
    const value = variables[name];
    // With a colon an empty variable counts as not set.
    const set = value !== undefined && !(operator?.startsWith(':') && value === '');
    if (operator?.endsWith('+')) return set ? word : '';
    if (set) return value;
    if (operator?.endsWith('?')) throw new ComposeError(`${name} must be set${word ? `: ${word}` : ''}`);
    return operator?.endsWith('-') ? word : '';
  });
}

function interpolateAll(value: Yaml, variables: Variables): Yaml {
  if (typeof value === 'string') return interpolate(value, variables);
  if (Array.isArray(value)) return value.map((item) => interpolateAll(item, variables));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, interpolateAll(item, variables)]));
}

/** `1m30s` as milliseconds. */
export function durationMs(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  if (parts.map(([part]) => part).join('') !== text)
    throw new ComposeError(`${text} is no duration such as 30s or 1m30s`);
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * UNIT_MS[unit!]!, 0);
}

const UNIT_BYTES: Record<string, number> = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** `512m` as bytes. */
function bytes(given: Yaml): number {
  const [, number, unit = 'b'] = /^(\d+(?:\.\d+)?)([bkmg])?b?$/i.exec(String(given)) ?? [];
  if (number === undefined) throw new ComposeError(`${given} is no size such as 512m`);
  return Number(number) * UNIT_BYTES[unit.toLowerCase()]!;
}

function limits(service: Yaml): Pick<ComposeService, 'cpus' | 'memoryBytes'> {
  const cpus = service.cpus ?? service.deploy?.resources?.limits?.cpus;
  const memory = service.mem_limit ?? service.deploy?.resources?.limits?.memory;
  return {
    ...(cpus === undefined ? {} : { cpus: Number(cpus) }),
    ...(memory === undefined ? {} : { memoryBytes: bytes(memory) }),
  };
}

function port(given: Yaml, raw: Yaml): PublishedPort | undefined {
  if (typeof given === 'object') {
    if (given.published === undefined) return undefined;
    const [from, to] = String(given.published).split('-').map(Number);
    return { from: from!, to: to ?? from!, target: Number(given.target) };
  }
  const parts = /^(?:[\d.]+:)?(?:(\d+)(?:-(\d+))?:)(\d+)(?:\/tcp)?$/.exec(String(given));
  if (parts === null) return undefined;
  const [, from, to, target] = parts;
  const variable = /\$\{?(\w+)/.exec(String(raw))?.[1];
  return { from: Number(from), to: Number(to ?? from), target: Number(target), ...(variable ? { variable } : {}) };
}

/** A folder given as `./folder:/inside[:ro]`; named volumes are none. */
function mount(given: Yaml): ComposeService['mounts'] {
  const [, folder, inside] = /^(\.[^:]*|\/[^:]*):(\/[^:]*)(?::\w+)?$/.exec(String(given)) ?? [];
  return folder === undefined ? [] : [{ folder, inside: inside! }];
}

/** A list of words, or a line that has no quotes to care about. */
function words(given: Yaml): string[] {
  if (given === undefined || given === null) return [];
  return Array.isArray(given) ? given.map(String) : String(given).split(/\s+/).filter(Boolean);
}

/** A map, or a list of NAME=value. A name without a value takes it from the variables, and is left out where they have none. */
function environment(given: Yaml, variables: Variables): Record<string, string> {
  const pairs: [string, Yaml][] = Array.isArray(given)
    ? given.map((line: string) => [
        line.split('=', 1)[0]!,
        line.includes('=') ? line.slice(line.indexOf('=') + 1) : null,
      ])
    : Object.entries(given ?? {});
  const values = pairs.map(([name, value]) => [name, value === null ? variables[name] : String(value)] as const);
  return Object.fromEntries(values.filter((pair): pair is [string, string] => pair[1] !== undefined));
}

function healthcheck(given: Yaml): ComposeService['healthcheck'] {
  if (given === undefined || given.disable === true) return undefined;
  const [kind, ...rest] = words(given.test);
  const command = kind === 'CMD' ? rest : kind === 'CMD-SHELL' ? ['sh', '-c', rest.join(' ')] : undefined;
  if (command === undefined) return undefined;
  return { command, intervalMs: durationMs(given.interval ?? '30s'), timeoutMs: durationMs(given.timeout ?? '30s') };
}

function dependencies(given: Yaml): ComposeService['dependsOn'] {
  if (Array.isArray(given)) return given.map((service: string) => ({ service, healthy: false }));
  return Object.entries(given ?? {}).map(([service, how]) => ({
    service,
    healthy: (how as Yaml)?.condition === 'service_healthy',
  }));
}

/**
 * The services of a Compose file, in its order.
 * @throws {ComposeError}
 */
export function readComposeFile(text: string, variables: Variables): ComposeService[] {
  const raw: Yaml = parse(text, { merge: true });
  if (raw?.services === undefined) throw new ComposeError('docker-compose.yml has no services');
  return Object.entries(raw.services as Record<string, Yaml>).map(([name, rawService]) => {
    try {
      const service = interpolateAll(rawService, variables);
      return {
        name,
        command: words(service.command),
        environment: environment(service.environment, variables),
        ports: (service.ports ?? [])
          .map((given: Yaml, i: number) => port(given, rawService.ports[i]))
          .filter((published: PublishedPort | undefined) => published !== undefined),
        replicas: Number(service.scale ?? service.deploy?.replicas ?? 1),
        mounts: (service.volumes ?? []).flatMap(mount),
        dependsOn: dependencies(service.depends_on),
        healthcheck: healthcheck(service.healthcheck),
        stopGraceMs: durationMs(service.stop_grace_period ?? '10s'),
        ...limits(service),
        profiles: words(service.profiles),
      };
    } catch (error) {
      throw new ComposeError(`docker-compose.yml, service ${name}: ${(error as Error).message}`);
    }
  });
}
