// What bounds the roles beside their number, as their workers and the host report it.
import type { LimitReading } from '../deciding/types.ts';
import { createHostCpu } from './host-cpu.ts';
import type { PlatformReplica } from './platform-client.ts';
import { createWorkers } from './workers.ts';

export interface Limits {
  /** For each role among these replicas; what none reports is missing. Never rejects. */
  look(replicas: readonly PlatformReplica[], at: number): Promise<Map<string, LimitReading>>;
}

/** The host's cores are measured over at least so many seconds: ticks are 10 ms. */
const LEAST_SECONDS = 1;
/** A Node process whose limit is not known is bound by the one core on which its JavaScript runs. */
const CORES_OF_A_REPLICA = 1;

export function createLimits(): Limits {
  const workers = createWorkers();
  const hostCpu = createHostCpu();
  let host: { at: number; busy: number | undefined } | undefined;
  return {
    async look(replicas, at) {
      if (host === undefined || at - host.at >= LEAST_SECONDS) host = { at, busy: hostCpu() };
      const { busy } = host;
      const reports = await workers.look(replicas, at);
      const roles = [...new Set(replicas.map(({ role }) => role))];
      return new Map(
        roles.map((role) => {
          const { refusedShare, coresUsed, writesDatabase } = reports.get(role) ?? {};
          const cores = replicas.find((replica) => replica.role === role)?.cpus ?? CORES_OF_A_REPLICA;
          const limit: LimitReading = {};
          if (refusedShare !== undefined) limit.refusedShare = refusedShare;
          if (busy !== undefined) limit.hostCpu = busy;
          if (coresUsed !== undefined) limit.replicaCpu = Math.min(1, coresUsed / cores);
          if (writesDatabase === true) limit.writesDatabase = true;
          return [role, limit];
        }),
      );
    },
  };
}
