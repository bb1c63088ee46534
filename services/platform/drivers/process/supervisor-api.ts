// What the supervisor of the lab without Docker tells over its socket: HTTP with JSON, which only the socket's owner can open.
//
//   GET  /                                          { …, services: [SupervisedService] }
//   GET  /events                                    NDJSON, one SupervisorEvent a line, kept open; the first line comes at once
//   POST /services/<name>/add {count}               { added: [name] }       what lies there ended is started first
//   POST /replicas/<name>/remove                    { ending }              when it is gone
//   POST /replicas/<name>/signal {signal}           {}                      when it is sent; SIGKILL: when it has ended
//   POST /replicas/<name>/restart                   {}                      when it has ended and is asked for again
//
// 404 where there is no such service or replica, 422 where it is refused, each with { error: sentence }. For a service as a whole there
// are also start, stop, restart, scale and kill: those are for people (scripts/local/control-client.ts).
import type { Ending, ServiceNumbers } from '../../driver.ts';

/**
 *   down --start--> starting --(its health check says yes)--> healthy <--> unhealthy
 *    ^                 |                                         |            |
 *    |                 +-----------(it ended by itself)----------+------------+--> waiting --(back-off)--> starting
 *    +--(killed)-- from any state            (told to end)-- from any state --> draining --> down, or gone
 */
export type SupervisedState = 'down' | 'starting' | 'healthy' | 'unhealthy' | 'waiting' | 'draining';

export interface SupervisedReplica {
  /** `resize-2`: its name in the lab, too. */
  name: string;
  state: SupervisedState;
  /** Epoch milliseconds: since when it is in that state, and when its last start was asked for. */
  since: number;
  requestedAt: number;
  pid?: number;
  /** How often it was started again after it ended by itself. */
  restarts: number;
  /** Stopped where it stands (SIGSTOP). */
  paused: boolean;
  /** How it ended last, or why it could not be started, in words. */
  lastExit?: string;
  /** Of its last end; 128 and the signal's number where one ended it, as shells and Docker say it. */
  exitCode?: number;
  /** `host:port` of its page, where it has one. */
  address?: string;
}

export interface SupervisedService {
  name: string;
  /** In the order of their numbers, which may have gaps. */
  replicas: SupervisedReplica[];
  /** What docker-compose.yml says. Processes are not held to its limits, but are meant to need no more. */
  numbers: ServiceNumbers;
}

/** A replica as it is now that something changed, or the name of one that is gone for good. */
export type SupervisorEvent =
  | { at: number; event: 'hello' }
  | { at: number; event: 'state'; service: string; replica: SupervisedReplica }
  | { at: number; event: 'gone'; service: string; name: string };

export interface SupervisorStatus {
  services: SupervisedService[];
}

export interface Added {
  added: string[];
}

export interface Removed {
  ending: Ending;
}
