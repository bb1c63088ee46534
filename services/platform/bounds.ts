// How many replicas of a role there may be: what guv.yaml says, and what the host can carry.
//
// A container's limits are what it may use, and not what it uses: a lab whose limits had to fit into the host would not start on a
// laptop. So the limits of all that runs may be twice the host's memory and eight times its cores, together.
import type { ServiceNumbers } from './driver.ts';

export const OVERBOOKED = { memory: 2, cpus: 8 };

export interface Host {
  cpus: number;
  memoryBytes: number;
}

export interface Bound {
  most: number;
  /** A sentence: which bound it is. */
  because: string;
}

interface Given {
  role: string;
  service: string;
  /** In guv.yaml. */
  maximum: number;
  /** Limits of one replica. */
  replica: Pick<ServiceNumbers, 'cpus' | 'memoryBytes'>;
  host: Host;
  /** Limits of all that runs, this role's own included. */
  inUse: readonly { service: string; cpus?: number; memoryBytes?: number }[];
}

const MIB = 1024 * 1024;
const round = (number: number): string => String(Math.round(number * 100) / 100);
const size = (bytes: number): string =>
  bytes >= 1024 * MIB ? `${round(bytes / (1024 * MIB))} GiB` : `${Math.round(bytes / MIB)} MiB`;

/** How many fit beside the others; at least one, so that a small host runs the lab at all. Undefined where there is no limit. */
function fitting(room: number, each: number | undefined): number | undefined {
  return each === undefined ? undefined : Math.max(1, Math.floor(room / each));
}

export function boundOf({ role, service, maximum, replica, host, inUse }: Given): Bound {
  const others = inUse.filter((one) => one.service !== service);
  const sum = (key: 'cpus' | 'memoryBytes'): number => others.reduce((total, one) => total + (one[key] ?? 0), 0);
  const taken = { memory: sum('memoryBytes'), cpus: sum('cpus') };
  const byMemory = fitting(OVERBOOKED.memory * host.memoryBytes - taken.memory, replica.memoryBytes);
  const byCpus = fitting(OVERBOOKED.cpus * host.cpus - taken.cpus, replica.cpus);
  const most = Math.min(maximum, byMemory ?? Infinity, byCpus ?? Infinity);
  if (most === byMemory && most < maximum) {
    const each = `${size(replica.memoryBytes!)} each`;
    const beside = `beside ${size(taken.memory)} of others in ${OVERBOOKED.memory} × ${size(host.memoryBytes)}`;
    return { most, because: `the host's memory has room for ${most} of ${role}: ${each}, ${beside}` };
  }
  if (most === byCpus && most < maximum) {
    const each = `${round(replica.cpus!)} each`;
    const beside = `beside ${round(taken.cpus)} of others in ${OVERBOOKED.cpus} × ${round(host.cpus)}`;
    return { most, because: `the host's cores have room for ${most} of ${role}: ${each}, ${beside}` };
  }
  return { most, because: `the maximum of ${role} in guv.yaml is ${maximum}` };
}
