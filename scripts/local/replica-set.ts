// The replicas of one service: their numbers, which may have gaps, and how they become more and fewer.
import type { Ending, ServiceNumbers } from '../../services/platform/driver.ts';
import type { SupervisedReplica } from '../../services/platform/drivers/process/supervisor-api.ts';
import type { ComposeService } from './compose-file.ts';
import { type Beforehand, createReplica, type Launched, type Replica } from './replica.ts';

/** What the supervisor needs to know about a service to run it. */
export interface Runnable {
  service: ComposeService;
  /**
   * Gets what a replica needs before it starts for the first time, and answers with the address of its page, where it has one.
   * @throws where it cannot be had, a port for instance
   */
  prepare(replica: string): Promise<string | undefined>;
  launch(replica: string): Promise<Launched>;
  check(replica: string): Promise<boolean>;
  /** A replica is gone for good: what was kept for it may go. */
  forget(replica: string): void;
  /** How many replicas it may have; backends have one. */
  most: number;
}

/** A request that cannot be met; the message says what was expected. */
export class Refused extends Error {
  override readonly name = 'Refused';
  /** There is no such thing; otherwise it cannot be done. */
  readonly unknown: boolean;
  constructor(message: string, { unknown = false } = {}) {
    super(message);
    this.unknown = unknown;
  }
}

export interface ReplicaSet {
  readonly service: ComposeService;
  readonly numbers: ServiceNumbers;
  /** In the order of their numbers; those that are on their way out too. */
  all(): Replica[];
  /** Starts what is down; where there are fewer than `count`, makes more. @throws {Refused}, and what `prepare` throws */
  fill(count?: number): Promise<void>;
  /** So many more run: what lies there ended first, then new ones. Answers with their names. @throws as `fill` */
  add(count: number): Promise<string[]>;
  /** Ends the ones with the highest numbers, until `count` are left. */
  shrink(count: number): Promise<void>;
  /** Starts one of them, unless it is on its way out. */
  start(replica: Replica): void;
  /** Ends a replica in order, and forgets it. */
  remove(replica: Replica): Promise<Ending>;
}

const MOST_REPLICAS = 100;

export function createReplicaSet(
  runnable: Runnable,
  parts: {
    beforehand: Beforehand;
    /** Nothing is to be started any more. */
    isEnding(): boolean;
    onChange(replica: SupervisedReplica): void;
    onGone(name: string): void;
    say(line: string): void;
  },
): ReplicaSet {
  const { service } = runnable;
  const most = Math.min(runnable.most, MOST_REPLICAS);
  const replicas = new Map<number, Replica>();
  const leaving = new Map<Replica, Promise<Ending>>();
  /** Numbers are given out one request after the other. */
  let giving: Promise<unknown> = Promise.resolve();

  const all = (): Replica[] => [...replicas].sort(([a], [b]) => a - b).map(([, replica]) => replica);
  const staying = (): Replica[] => all().filter((replica) => !leaving.has(replica));

  function check(count: number): void {
    if (!Number.isInteger(count) || count < 0 || count > most)
      throw new Refused(`${service.name} can have 0 to ${most} replicas, not ${count}`);
  }

  function forget(replica: Replica): void {
    for (const [number, one] of replicas) if (one === replica) replicas.delete(number);
    runnable.forget(replica.name);
    parts.onGone(replica.name);
  }

  async function make(): Promise<Replica> {
    if (parts.isEnding()) throw new Refused('the lab is ending: nothing is started any more');
    let number = 1;
    while (replicas.has(number)) number += 1;
    const name = `${service.name}-${number}`;
    const replica: Replica = createReplica({
      name,
      address: await runnable.prepare(name),
      launch: () => runnable.launch(name),
      check: () => runnable.check(name),
      checkEveryMs: service.healthcheck?.intervalMs ?? 5_000,
      onChange: () => parts.onChange(replica.status()),
      say: parts.say,
    });
    replicas.set(number, replica);
    return replica;
  }

  /** All of them, or none. */
  async function makeAll(count: number): Promise<Replica[]> {
    const made: Replica[] = [];
    try {
      while (made.length < count) made.push(await make());
    } catch (error) {
      for (const replica of made) forget(replica);
      throw error;
    }
    return made;
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = giving.then(work);
    giving = turn.catch(() => undefined);
    return turn;
  }

  function start(replica: Replica): void {
    if (!leaving.has(replica) && !parts.isEnding()) replica.start(parts.beforehand);
  }

  return {
    service,
    numbers: { replicas: service.replicas, cpus: service.cpus, memoryBytes: service.memoryBytes },
    all,
    fill: (count) =>
      inTurn(async () => {
        const wanted = count ?? (staying().length || service.replicas);
        check(wanted);
        await makeAll(wanted - staying().length);
        staying().forEach(start);
      }),
    add: (count) =>
      inTurn(async () => {
        check(count);
        const ended = staying().filter((replica) => ['down', 'waiting'].includes(replica.status().state));
        const again = ended.slice(0, count);
        check(staying().length + count - again.length);
        const added = [...again, ...(await makeAll(count - again.length))];
        added.forEach(start);
        return added.map(({ name }) => name);
      }),
    shrink: (count) =>
      inTurn(async () => {
        check(count);
        return staying().slice(count);
      }).then(async (surplus) => {
        await Promise.all(surplus.map((replica) => remove(replica)));
      }),
    start,
    remove,
  };

  function remove(replica: Replica): Promise<Ending> {
    const known = leaving.get(replica);
    if (known !== undefined) return known;
    const gone = replica.stop().finally(() => {
      leaving.delete(replica);
      forget(replica);
    });
    leaving.set(replica, gone);
    return gone;
  }
}
