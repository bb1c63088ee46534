// Asks the broker, once a second, who is connected and who consumes, and tells the participants' list. Says in the log when the
// broker cannot be asked, and, at most once a second, what announcements were skipped.
import type { Log } from '../../shared/log.ts';
import type { Management } from '../../shared/messaging/management.ts';
import type { Observation } from './observation.ts';
import type { Participants } from './participants.ts';

const EVERY_MS = 1_000;

export interface PresenceWatch {
  /** What is being asked now is no longer told. */
  stop(): void;
  /** Asks once more, now; resolves when the participants' list has been told. */
  now(): Promise<void>;
}

/** The exchanges that are out-ports: an in-port's has a queue of its name. */
async function outExchanges(management: Management): Promise<string[]> {
  const [exchanges, queues] = await Promise.all([management.exchanges(), management.queueNames()]);
  const names = new Set(queues);
  return exchanges.flatMap(({ name, type }) => (type === 'fanout' && !names.has(name) ? [name] : []));
}

async function observe(management: Management): Promise<Observation> {
  const at = Date.now();
  const [connections, consumers] = await Promise.all([management.connections(), management.consumers()]);
  return {
    at,
    connections: connections.map(({ name, user_provided_name }) => ({ name, givenName: user_provided_name })),
    consumers: consumers.flatMap(({ queue, channel_details }) => {
      const { connection_name: connection } = channel_details;
      return connection === undefined ? [] : [{ connection, queue: queue.name }];
    }),
  };
}

/** @param options.everyMs how often to ask; while the broker takes longer to answer, as often as it answers */
export function watchPresence(
  management: Management,
  participants: Participants,
  log: Log,
  { everyMs = EVERY_MS }: { everyMs?: number } = {},
): PresenceWatch {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<void> = Promise.resolve();
  let failing = false;
  let reported = 0;
  /** Who is known from the broker alone, and had its out-ports looked up. */
  let lookedUp = new Set<string>();

  /** Whether somebody is there whose out-ports neither it nor the broker has said yet. */
  function wantsOutPorts(): boolean {
    const unannounced = participants.all().filter(({ announced, state }) => !announced && state !== 'gone');
    const wanted = unannounced.some(({ id }) => !lookedUp.has(id));
    lookedUp = new Set(unannounced.map(({ id }) => id));
    return wanted;
  }

  async function look(): Promise<void> {
    if (stopped) return;
    let observation: Observation | undefined;
    try {
      observation = await observe(management);
      if (stopped) return;
      participants.observe(observation);
      if (wantsOutPorts()) {
        const exchanges = await outExchanges(management);
        if (!stopped) participants.observe({ ...observation, exchanges });
      }
      if (failing) log.info('the broker shows again who is there');
      failing = false;
    } catch (error) {
      if (stopped) return;
      lookedUp.clear(); // asked again next time
      if (!failing) log.warn({ err: error }, 'the broker does not show who is there: going by what was known');
      failing = true;
      if (observation === undefined) participants.observe(undefined);
    }
  }

  function reportSkipped(): void {
    const { count, last } = participants.skipped();
    if (count > reported) log.warn({ skipped: count - reported, why: last.at(-1)?.why }, 'skipped announcements');
    reported = count;
  }

  /** One after the other: an older answer must not overtake a newer one. */
  const next = (): Promise<void> => {
    turn = turn.then(look).catch((error: unknown) => log.error({ err: error }, 'could not take in who is there'));
    return turn;
  };

  async function round(): Promise<void> {
    const started = performance.now();
    await next();
    if (stopped) return;
    reportSkipped();
    timer = setTimeout(() => void round(), Math.max(0, everyMs - (performance.now() - started)));
  }
  void round();

  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
    now: next,
  };
}
