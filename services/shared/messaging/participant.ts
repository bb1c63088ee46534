// (being written) Runs a typed participant on msgflo-nodejs.
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { ParticipantDefinition, RunningParticipant } from './types.ts';

export interface ParticipantOptions {
  /** amqp://user:password@host:port/vhost */
  url: string;
  replica: string;
  log: Log;
  metrics: Metrics;
}

/** Starts a participant; it connects by itself, now and whenever the broker is back. */
export function startParticipant(_definition: ParticipantDefinition, _options: ParticipantOptions): RunningParticipant {
  throw new Error('being written');
}
