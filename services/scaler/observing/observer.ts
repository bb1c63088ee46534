// What the scaler sees of each role at one moment: its queues from the broker, its replicas from the platform, its limits from the
// workers themselves. What cannot be seen is missing and said in words; nothing here rejects, and each source comes back by itself.
import type { RoleSettings } from '../../shared/guv/settings.ts';
import type { Log } from '../../shared/log.ts';
import { openConnection } from '../../shared/messaging/connection.ts';
import { createManagement, vhostOf } from '../../shared/messaging/management.ts';
import type { QueueReading, Reading } from '../deciding/types.ts';
import { createBrokerSource, type SeenQueue } from './broker-source.ts';
import { createLimits } from './limits.ts';
import type { PlatformClient, PlatformReplica } from './platform-client.ts';
import { createReplicaCount, type ReplicaCount } from './replica-count.ts';
import { patienceFor, type StuckReplica } from './stuck.ts';
import { createStuckSource } from './stuck-source.ts';

/** Whether a source answers; `problem` is one sentence. */
export type SourceState = { ok: true } | { ok: false; problem: string };

/** A replica that is there and does no work. */
export interface Alarm {
  kind: 'Stuck' | 'CrashLooping';
  role: string;
  replica: string;
  /** A sentence for people. */
  text: string;
}

export interface Observer {
  /** One look at these roles, of which there is one reading each, whatever could be seen. Never rejects. */
  look(settings: readonly RoleSettings[]): Promise<Map<string, Reading>>;
  /** As of the last look. */
  state(): { broker: SourceState; platform: SourceState };
  /** As of the last look, those of all roles. */
  alarms(): Alarm[];
  close(): Promise<void>;
}

interface ObserverOptions {
  /** http://user:password@host:15672 */
  managementUrl: string;
  /** amqp://host/<vhost>: that vhost is looked at. Without it, `/` is, and what waits is known as late as all else. */
  amqpUrl?: string | undefined;
  platform: PlatformClient;
  log: Log;
  /** The name of the connection to the broker. */
  name?: string;
  /** What was measured of a role's service time, where it was: how long a job may take before its worker counts as stuck. */
  measured?: (role: string) => { service: number; serviceSpread: number } | undefined;
  /** For one question to the broker's management. */
  timeoutMs?: number;
}

interface SeenPlatform {
  replicas?: PlatformReplica[];
  problem?: string;
}

export function createObserver(options: ObserverOptions): Observer {
  const { managementUrl, amqpUrl, platform, log, name = 'scaler', measured, timeoutMs = 2_000 } = options;
  const management = createManagement(managementUrl, amqpUrl && vhostOf(amqpUrl), { timeoutMs });
  const connection = amqpUrl === undefined ? undefined : openConnection({ url: amqpUrl, name, log });
  const broker = createBrokerSource({ management, connection, log });
  const stuckSource = createStuckSource(management);
  const limits = createLimits();
  const counts = new Map<string, ReplicaCount>();
  const known = new Map<string, RoleSettings>();
  let state: { broker: SourceState; platform: SourceState } = {
    broker: { ok: false, problem: 'nobody has looked yet' },
    platform: { ok: false, problem: 'nobody has looked yet' },
  };
  let alarms: Alarm[] = [];

  const patience = (role: string): number => {
    const { processing = 0, stddev = 0 } = known.get(role) ?? {};
    const { service = processing, serviceSpread = stddev } = measured?.(role) ?? {};
    return patienceFor(service, serviceSpread);
  };

  async function lookAtPlatform(): Promise<SeenPlatform> {
    try {
      return { replicas: await platform.replicas() };
    } catch (error) {
      return { problem: (error as Error).message };
    }
  }

  /** A role of which nothing runs, or that the platform does not know: that is not the same. */
  async function missing(roles: readonly string[]): Promise<Map<string, string>> {
    if (roles.length === 0) return new Map();
    try {
      const there = new Set((await platform.roles()).map(({ role }) => role));
      const strangers = roles.filter((role) => !there.has(role));
      return new Map(strangers.map((role) => [role, `the platform knows no role ${role}`]));
    } catch (error) {
      return new Map(roles.map((role) => [role, (error as Error).message]));
    }
  }

  return {
    async look(settings) {
      for (const one of settings) known.set(one.role, one);
      const at = Date.now() / 1_000;
      const [seen, listed] = await Promise.all([
        broker.look([...new Set(settings.flatMap(({ queues }) => queues))], at),
        lookAtPlatform(),
      ]);
      const all = listed.replicas ?? [];
      const asked = all.filter(({ role }) => settings.some((one) => one.role === role));
      const empty = settings
        .filter(({ role }) => !all.some((replica) => replica.role === role))
        .map(({ role }) => role);
      const [stuck, limitReadings, strangers] = await Promise.all([
        stuckSource.look(all, at, patience),
        limits.look(asked, at),
        listed.replicas === undefined ? new Map<string, string>() : missing(empty),
      ]);
      state = { broker: stateOf(seen.problem), platform: stateOf(listed.problem) };
      alarms = alarmsOf(all, stuck, at);
      const stuckNames = new Set(stuck.map(({ replica }) => replica));

      const read = ({ role, queues }: RoleSettings): Reading => {
        const reading: Reading = { at };
        const queue = addUp(queues.map((one) => seen.queues.get(one) ?? {}));
        if (queue !== undefined) reading.queue = queue;
        if (listed.replicas !== undefined && !strangers.has(role)) {
          const count = counts.get(role) ?? createReplicaCount();
          counts.set(role, count);
          reading.replicas = count.add(
            all.filter((replica) => replica.role === role),
            stuckNames,
          );
        }
        const limit = limitReadings.get(role);
        if (limit !== undefined) reading.limits = limit;
        const problems = [...queues.map((one) => seen.queues.get(one)?.problem), listed.problem, strangers.get(role)];
        const said = [...new Set(problems.filter((problem) => problem !== undefined))];
        if (said.length > 0) reading.problem = said.join('; ');
        return reading;
      };
      return new Map(settings.map((one) => [one.role, read(one)]));
    },
    state: () => state,
    alarms: () => alarms,
    close: async () => connection?.close(),
  };
}

const stateOf = (problem: string | undefined): SourceState =>
  problem === undefined ? { ok: true } : { ok: false, problem };

/** The queues of a role as one; undefined where one of them could not be observed: a part is not the whole. */
function addUp(queues: readonly SeenQueue[]): QueueReading | undefined {
  let sum: QueueReading | undefined;
  for (const { count } of queues) {
    if (count === undefined) return undefined;
    sum = {
      sampledAt: Math.min(sum?.sampledAt ?? count.sampledAt, count.sampledAt),
      waiting: (sum?.waiting ?? 0) + count.waiting,
      inHand: (sum?.inHand ?? 0) + count.inHand,
      arrived: (sum?.arrived ?? 0) + count.arrived,
      acked: (sum?.acked ?? 0) + count.acked,
      consumers: (sum?.consumers ?? 0) + count.consumers,
    };
  }
  return sum;
}

function alarmsOf(replicas: readonly PlatformReplica[], stuck: readonly StuckReplica[], at: number): Alarm[] {
  const dying = replicas.filter(({ crashLooping }) => crashLooping);
  return [
    ...stuck.map(({ replica, role, inHand, since }) => ({
      kind: 'Stuck' as const,
      role,
      replica,
      text: `${replica} has held ${inHand} jobs for ${Math.round(at - since)} s and finished none`,
    })),
    ...dying.map(({ name: replica, role, exitCode, outOfMemory }) => {
      const how = outOfMemory ? ', out of memory' : typeof exitCode === 'number' ? `, with code ${exitCode}` : '';
      return { kind: 'CrashLooping' as const, role, replica, text: `${replica} keeps dying${how}` };
    }),
  ];
}
