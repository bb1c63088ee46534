// Runs a typed participant: msgflo-nodejs's Participant on our transport, with a fate for every message.
//
//   the handler …                          the message …
//   returns outputs                        is acked when the broker has confirmed every output
//   throws RetryLater, or anything else    goes to a delay queue with its attempt counted, then it is acked
//   throws ItemError, or is out of attempts    goes to ERROR as a FailedItem, then it is acked
//   … and there is no ERROR port           goes to the dead letters with the reason in its headers
//   does not return: the process dies      is handed out again by the broker
//   is cut short by a drain                is handed back to the broker
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import msgflo, { type Done } from 'msgflo-nodejs';
import type { Health } from '../http.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { type Batches, createBatches } from './batches.ts';
import type { Incoming } from './connection.ts';
import { decodeData, nextTraceparent, readEnvelope, writeHeaders } from './envelope.ts';
import { createFate, firstIssue, type Work } from './fate.ts';
import { queueOf, replicaQueueOf } from './names.ts';
import { type Outcome, runHandler } from './outcome.ts';
import { Client } from './transport.ts';
import type { Delivery, Envelope, InPort, ParticipantDefinition, RunningParticipant } from './types.ts';

export interface ParticipantOptions {
  /** amqp://user:password@host:port/vhost */
  url: string;
  /** The name of this running copy; it is the participant's id, too. */
  replica: string;
  log: Log;
  metrics: Metrics;
  /** Seconds after which a silent participant counts as gone; announcements come 2.2 times as often. Default 60. */
  discoveryPeriodSeconds?: number;
}

/** A port without a queue: msgflo-nodejs acks a message when its function has answered on some port. */
const SETTLED = 'settled';
const DEFAULT_PREFETCH = 10;
const DEFAULT_ATTEMPTS = 5;
const DRAIN_LIMIT_MS = 20_000;
/** After the limit of a drain the handlers' signals fire; they get this long to return. */
const ABORT_GRACE_MS = 500;

interface Entry {
  work: Work;
  done: Done;
}

/** Starts a participant; it connects by itself, now and whenever the broker is back. */
export function startParticipant(definition: ParticipantDefinition, options: ParticipantOptions): RunningParticipant {
  const { role, inports, outports } = definition;
  const { replica, log, metrics } = options;
  const period = options.discoveryPeriodSeconds ?? 60;
  const stop = new AbortController();
  const inHand = new Set<Work>();
  let emptied = Promise.withResolvers<void>();
  let draining = false;

  const queues = new Map(
    Object.entries(inports).map(([port, { perReplica }]) => [
      port,
      perReplica ? replicaQueueOf(role, port, replica) : queueOf(role, port),
    ]),
  );
  const client = new Client(options.url, {
    name: replica,
    log,
    background: true,
    onReconnect: () => metrics.reconnects.inc(),
    decode: (incoming) => incoming,
    queues: Object.fromEntries(
      Object.entries(inports).map(([port, { prefetch = DEFAULT_PREFETCH, perReplica }]) => [
        queues.get(port)!,
        { prefetch, perReplica },
      ]),
    ),
  });

  const participant = new msgflo.participant.Participant(
    client,
    {
      id: replica,
      component: definition.component,
      label: definition.label,
      icon: definition.icon,
      inports: Object.keys(inports).map((id) => ({ id, type: 'object', queue: queues.get(id)! })),
      outports: [
        ...Object.keys(outports).map((id) => ({ id, type: 'object' })),
        { id: SETTLED, type: 'object', hidden: true },
      ],
    },
    (port, incoming, done) => receive(port, incoming as Incoming, done),
    role,
  );
  client.connect(() => {}); // in the background: what is set up from here on is done when the broker is there
  const { connection } = client;
  // Counted when somebody asks, for it changes with every message.
  Object.assign(metrics.unconfirmed, {
    collect: () => metrics.unconfirmed.set(connection.publisher.unconfirmed()),
  });
  const settle = createFate({ role, outports, connection, signal: stop.signal, log, metrics });
  const context = { signal: stop.signal, role, replica };

  const batches = new Map<string, Batches<Entry>>();
  for (const [port, inport] of Object.entries(inports)) {
    if ('batch' in inport)
      batches.set(
        port,
        createBatches(inport.batch, (entries) => run(inport, entries)),
      );
  }

  function receive(port: string, incoming: Incoming, done: Done): void {
    const inport = inports[port]!;
    const { message } = incoming;
    const data = decodeData(message.content);
    const envelope = readEnvelope(message, data);
    const parsed = inport.schema.safeParse(data);
    const delivery: Delivery = {
      ...envelope,
      data: parsed.success ? parsed.data : data,
      redelivered: message.fields.redelivered,
    };
    const startedAt = Date.now();
    const work: Work = {
      port,
      queue: queues.get(port)!,
      attempts: inport.attempts ?? DEFAULT_ATTEMPTS,
      incoming,
      delivery,
      step: { role, replica, queuedAt: envelope.sentAt, startedAt, finishedAt: startedAt, attempt: envelope.attempt },
    };
    inHand.add(work);
    metrics.inHand.inc({ port });
    if (delivery.redelivered) metrics.redelivered.inc({ port });

    const entry = { work, done };
    if (!parsed.success) {
      const reason = `the message is not what ${work.queue} takes: ${firstIssue(parsed.error)}`;
      void finish(entry, { kind: 'failed', code: 'invalid-message', reason });
    } else if (batches.has(port)) batches.get(port)!.add(entry);
    else void run(inport, [entry]);
  }

  async function run(inport: InPort, entries: readonly Entry[]): Promise<void> {
    const startedAt = Date.now();
    for (const { work } of entries) {
      work.step.startedAt = startedAt;
      if (work.step.queuedAt !== undefined) {
        metrics.waiting.observe({ port: work.port }, Math.max(0, startedAt - work.step.queuedAt) / 1000);
      }
    }
    const outcomes = await runHandler(
      inport,
      entries.map(({ work }) => work.delivery),
      context,
    );
    await Promise.all(entries.map((entry, n) => finish(entry, outcomes[n]!)));
  }

  async function finish({ work, done }: Entry, outcome: Outcome): Promise<void> {
    const { port, step } = work;
    step.finishedAt = Date.now();
    metrics.processing.observe({ port }, (step.finishedAt - step.startedAt) / 1000);
    const fate = await settle(work, outcome);
    if (fate === 'ack') {
      done(SETTLED, null);
      metrics.acked.inc({ port });
      metrics.total.observe({ port }, Math.max(0, Date.now() - (step.queuedAt ?? step.startedAt)) / 1000);
    } else if (fate === 'dead') done(SETTLED, new Error('rejected'));
    else work.incoming.reject({ requeue: true });
    inHand.delete(work);
    metrics.inHand.dec({ port });
    if (inHand.size === 0) {
      emptied.resolve();
      emptied = Promise.withResolvers();
    }
  }

  const failed = (error?: Error | null): void => {
    if (error) log.error({ err: error }, 'the broker refused what the participant declares');
  };
  participant.setupPorts((error) => {
    failed(error);
    if (!error) participant.register(failed);
  });
  const announcements = setInterval(() => participant.register(failed), (period * 1000) / 2.2);
  announcements.unref();

  function health(): Health {
    if (draining) return { ok: false, reason: 'draining' };
    const state = connection.state();
    return state.up
      ? { ok: true, detail: { consuming: [...queues.values()], inHand: inHand.size } }
      : { ok: false, reason: state.reason };
  }

  /** Resolves true when nothing is in hand any more, false when the time is up. */
  async function handsEmpty(withinMs: number): Promise<boolean> {
    if (inHand.size === 0) return true;
    const timer = new AbortController();
    const late = pause(withinMs, false, { signal: timer.signal }).catch(() => false);
    const empty = await Promise.race([emptied.promise.then(() => true), late]);
    timer.abort();
    return empty;
  }

  return {
    id: participant.definition.id,
    ready: connection.ready,
    health,
    connected: () => connection.state().up,
    async send(port, data, envelope = {}, { timeoutMs } = {}) {
      const outport = outports[port];
      if (outport === undefined) throw new Error(`"${port}" is no out-port of ${role}`);
      const ids = data as { item?: string; job?: string };
      const full: Envelope = {
        item: ids.item ?? randomUUID(),
        job: ids.job,
        attempt: 1,
        steps: [],
        traceparent: nextTraceparent(envelope.traceparent),
        ...envelope,
      };
      const { unroutable } = outport;
      await client.publish('outqueue', queueOf(role, port), data, {
        headers: writeHeaders(full),
        unroutable,
        timeoutMs,
      });
      metrics.published.inc({ port });
    },
    async drain(limitMs = DRAIN_LIMIT_MS) {
      draining = true;
      clearInterval(announcements);
      await connection.stopConsuming();
      for (const batch of batches.values()) batch.flush();
      if (!(await handsEmpty(limitMs))) {
        log.warn({ inHand: inHand.size, limitMs }, 'not finished within the limit: handing back what is left');
        stop.abort(new Error('draining'));
        await handsEmpty(ABORT_GRACE_MS);
        for (const work of inHand) work.incoming.reject({ requeue: true });
      }
      const own = Object.keys(inports).filter((port) => inports[port]!.perReplica);
      if (connection.state().up) {
        for (const port of own) await connection.withChannel((channel) => channel.deleteQueue(queues.get(port)!));
      }
      await connection.close();
    },
  };
}
