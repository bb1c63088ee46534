// The components that the coordinator can run itself, for graphs that want a place to send to: as participants like any others, on
// the broker like any others.
import { z } from 'zod';
import type { Log } from '../shared/log.ts';
import type { BrokerConnection } from '../shared/messaging/connection.ts';
import { declareExchange, declareQueue } from '../shared/messaging/declarations.ts';
import { defineParticipant } from '../shared/messaging/define-participant.ts';
import { queueOf } from '../shared/messaging/names.ts';
import { startParticipant } from '../shared/messaging/participant.ts';
import type { RunningParticipant } from '../shared/messaging/types.ts';
import { createMetrics } from '../shared/metrics.ts';
import type { Component } from './coordinator.ts';

const anything = z.unknown();

/** By name, what takes part for a role. */
const CORE: Record<string, { component: Component; define: (role: string) => ReturnType<typeof defineParticipant> }> = {
  'core/Repeat': {
    component: {
      name: 'core/Repeat',
      description: 'Sends on what it gets',
      icon: 'forward',
      inports: [{ id: 'in', type: 'all' }],
      outports: [{ id: 'out', type: 'all' }],
    },
    define: (role) =>
      defineParticipant({
        role,
        component: 'core/Repeat',
        label: 'Sends on what it gets',
        icon: 'forward',
        inports: { in: { schema: anything, handle: ({ data }) => ({ port: 'out', data }) } },
        outports: { out: { unroutable: 'drop' } },
      }),
  },
  'core/Drop': {
    component: {
      name: 'core/Drop',
      description: 'Takes what it gets, and that is all',
      icon: 'trash-o',
      inports: [{ id: 'in', type: 'all' }],
      outports: [],
    },
    define: (role) =>
      defineParticipant({
        role,
        component: 'core/Drop',
        label: 'Takes what it gets',
        icon: 'trash-o',
        inports: { in: { schema: anything, handle: () => {} } },
        outports: {},
      }),
  },
};

export const coreComponents: readonly Component[] = Object.values(CORE).map(({ component }) => component);

export const isCore = (component: string): boolean => Object.hasOwn(CORE, component);

/** Whether a core component has such a port. */
export function coreHasPort(component: string, direction: 'inports' | 'outports', port: string): boolean {
  return CORE[component]?.component[direction].some(({ id }) => id === port) ?? false;
}

export interface CoreRoles {
  /** Declares the role's queues, so that it can be wired before it runs. */
  declare(role: string, component: string): Promise<void>;
  start(role: string, component: string): Promise<void>;
  /** Finishes what is in hand; what waits stays in its queue. */
  stop(role: string): Promise<void>;
  /** Stops it and deletes its queues. A queue with messages in it is left, and the log says so. */
  remove(role: string, component: string): Promise<void>;
  /** How many messages the roles have in hand together. */
  inHand(roles: Iterable<string>): number;
  close(): Promise<void>;
}

export function createCoreRoles(url: string, connection: BrokerConnection, log: Log): CoreRoles {
  const running = new Map<string, RunningParticipant>();

  async function stop(role: string): Promise<void> {
    const participant = running.get(role);
    running.delete(role);
    await participant?.drain();
  }

  /** Quorum queues are not deleted "if empty": the broker would close the connection for asking. So it is looked at first. */
  async function removeQueue(queue: string): Promise<void> {
    try {
      const { messageCount, consumerCount } = await connection.withChannel((channel) => channel.checkQueue(queue));
      if (messageCount + consumerCount > 0) {
        log.warn({ queue, messages: messageCount, consumers: consumerCount }, 'left a queue that is in use');
        return;
      }
      await connection.withChannel((channel) => channel.deleteQueue(queue));
      await connection.withChannel((channel) => channel.deleteExchange(queue));
    } catch (error) {
      log.warn({ err: (error as Error).message, queue }, 'could not delete a queue');
    }
  }

  return {
    async declare(role, component) {
      const { inports, outports } = CORE[component]!.component;
      await connection.withChannel(async (channel) => {
        for (const { id } of inports) await declareQueue(channel, queueOf(role, id));
        for (const { id } of outports) await declareExchange(channel, queueOf(role, id));
      });
    },
    async start(role, component) {
      if (running.has(role)) return;
      const replica = `${role}-in-coordinator`;
      const metrics = createMetrics({ role, replica });
      const participant = startParticipant(CORE[component]!.define(role), { url, replica, log, metrics });
      running.set(role, participant);
      await participant.ready;
    },
    stop,
    async remove(role, component) {
      await stop(role);
      const { inports, outports } = CORE[component]!.component;
      for (const { id } of inports) await removeQueue(queueOf(role, id));
      for (const { id } of outports)
        await connection.withChannel((channel) => channel.deleteExchange(queueOf(role, id)));
    },
    inHand(roles) {
      let sum = 0;
      for (const role of roles) {
        const health = running.get(role)?.health();
        if (health?.ok) sum += Number(health.detail?.inHand ?? 0);
      }
      return sum;
    },
    async close() {
      await Promise.all([...running.keys()].map(stop));
    },
  };
}
