// One structured log for every service: JSON lines on standard output, with the service and the replica in each.
import { hostname } from 'node:os';
import { type Logger, pino } from 'pino';

export type Log = Logger;

/**
 * The name of this running copy: `REPLICA` where the supervisor gives one, else the role and the host name
 * (in a container that is the container's short id, the one that `docker ps` shows).
 */
export function replicaName(role: string, env: NodeJS.ProcessEnv = process.env): string {
  return env.REPLICA || `${role}-${hostname().slice(0, 24)}`;
}

/** A log for one service. `LOG_LEVEL` is one of pino's: trace, debug, info (the default), warn, error, fatal, silent. */
export function createLog(service: string, replica: string, level = process.env.LOG_LEVEL || 'info'): Log {
  return pino({
    level,
    base: { service, replica },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}
