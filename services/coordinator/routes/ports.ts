// Which queues and exchanges stand for the ports of a role: those that its participants announce; where none is there, those that
// the broker still has from before; for the coordinator's own components, those that it declares.
import type { Binding } from '../../shared/messaging/bindings.ts';
import type { BrokerBinding } from '../../shared/messaging/management.ts';
import { queueOf } from '../../shared/messaging/names.ts';
import { coreHasPort, isCore } from '../core-components.ts';
import type { Participants } from '../participants/participants.ts';
import type { PortQueues } from './bind-plan.ts';

export interface Ports extends PortQueues {
  /** Takes in what the broker has bound. */
  observe(bindings: readonly BrokerBinding[], edges: readonly Binding[]): void;
}

const isDelayQueue = (queue: string): boolean => /\.delay-\d+ms$/.test(queue);

/**
 * @param componentOf the component that a graph gives to a role
 */
export function createPorts(participants: Participants, componentOf: (role: string) => string | undefined): Ports {
  let queues: string[] = [];
  let exchanges = new Set<string>();

  function left(role: string, direction: 'inports' | 'outports', port: string): string[] {
    const name = queueOf(role, port);
    if (direction === 'outports') return exchanges.has(name) ? [name] : [];
    // Shared by the role, one for each replica, or as Python's participants call theirs.
    return queues.filter(
      (queue) =>
        queue === name || queue === `${role}/${port}` || (queue.startsWith(`${name}.`) && !isDelayQueue(queue)),
    );
  }

  return {
    observe(bindings, edges) {
      // The default exchange lists every queue.
      queues = bindings.filter(({ source }) => source === '').map(({ destination }) => destination);
      exchanges = new Set(edges.flatMap(({ src }) => (src === undefined ? [] : [src])));
    },
    queues(role, direction, port) {
      const component = componentOf(role);
      if (component !== undefined && isCore(component)) {
        return coreHasPort(component, direction, port) ? [queueOf(role, port)] : [];
      }
      const announced = participants.queues(role, direction, port);
      return announced.length > 0 ? announced : left(role, direction, port);
    },
    lacks(role, direction, port) {
      const component = componentOf(role);
      if (component !== undefined && isCore(component)) return !coreHasPort(component, direction, port);
      return participants.lacks(role, direction, port);
    },
  };
}
