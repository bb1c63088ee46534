// One structured log for every service: JSON lines on standard output, with the service and the replica in each.
import { hostname } from 'node:os';
import { type Logger, pino } from 'pino';
import { choice } from './config.ts';

export type Log = Logger;

/**
 * The name of this running copy: `REPLICA` where the supervisor gives one, else the role and the host name
 * (in a container that is the container's short id, the one that `docker ps` shows).
 */
export function replicaName(role: string, env: NodeJS.ProcessEnv = process.env): string {
  return env.REPLICA || `${role}-${hostname().slice(0, 24)}`;
}

/** `LOG_LEVEL`. */
export const logLevel = choice('LOG_LEVEL', ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
  fallback: 'info',
});

/** A log for one service. `level` is one of pino's. */
export function createLog(service: string, replica: string, level = 'info'): Log {
  return pino({
    level,
    base: { service, replica },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}
