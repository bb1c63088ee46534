// How queues, exchanges and ports are named. Fixed by MsgFlo's wire contract, but for what is ours: delay queues, the
// queues of a single replica, and what pauses a role.

/** The queue of a role's port, unless the port announces another: `resize.IN`. */
export function queueOf(role: string, port: string): string {
  return `${role}.${port.toUpperCase()}`;
}

/** The queue of a port that every replica hears for itself: `web.RESULTS.web-1`. */
export function replicaQueueOf(role: string, port: string, replica: string): string {
  return `${queueOf(role, port)}.${replica}`;
}

/** Where a queue's rejected messages go: an exchange and a queue of that name, declared by the coordinator. */
export function deadLettersOf(queue: string): string {
  return `dead-${queue}`;
}

/** Where messages of a queue wait before they are tried again; one queue a delay level. */
export function delayQueueOf(queue: string, levelMs: number): string {
  return `${queue}.delay-${levelMs}ms`;
}

/** The direct exchange of a roundrobin edge. */
export function roundrobinExchangeOf(source: string): string {
  return `out-${source}`;
}

/** Where the replicas of a role are told to pause and to go on. A fanout exchange; each binds a queue of its own. */
export function controlExchangeOf(role: string): string {
  return `control-${role}`;
}

/** An exchange that nothing is ever published to: it is there as long as the role is paused. */
export function pausedFlagOf(role: string): string {
  return `paused-${role}`;
}

/** The queue on which participants announce themselves to the coordinator. */
export const DISCOVERY_QUEUE = 'fbp';
