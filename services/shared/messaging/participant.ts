// Runs a typed participant: msgflo-nodejs's Participant on our transport, with a fate for every message.
//
//   the handler …                          the message …
//   returns outputs                        is acked when the broker has confirmed every output
//   throws RetryLater, or anything else    goes to a delay queue with its attempt counted, then it is acked
//   throws ItemError, or is out of attempts    goes to ERROR as a FailedItem, then it is acked
//   … and nobody is wired to ERROR         goes to the dead letters with the reason in its headers
//   answers what cannot be sent            goes to the dead letters, too
//   is ended by `cancel`                   as if it had thrown what `cancel` was given
//   does not return: the process dies      is handed out again by the broker; the second time it is worked on alone (care.ts)
//   is cut short by a drain                is handed back to the broker
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import msgflo, { type Done } from 'msgflo-nodejs';
import type { Health } from '../http.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Incoming } from './answers.ts';
import { type Batches, createBatches } from './batches.ts';
import { createCare } from './care.ts';
import { Client } from './client.ts';
import { decodeData, readEnvelope, writeHeaders } from './envelope.ts';
import { createFate, firstIssue, type Work } from './fate.ts';
import { Handling, type Outcome } from './handling.ts';
import { queueOf, replicaQueueOf } from './names.ts';
import { obeyPauses } from './pausing.ts';
import { activeTrace, type Span, startSpan } from './trace.ts';
import type {
  BatchInPort,
  Delivery,
  Envelope,
  HandlerContext,
  InPort,
  ParticipantDefinition,
  RunningParticipant,
  SingleInPort,
} from './types.ts';
import { createPlaces, type Places, shout } from './unsafe.ts';

export interface ParticipantOptions {
  /** amqp://user:password@host:port/vhost */
  url: string;
  /** The name of this running copy; it is the participant's id, too. */
  replica: string;
  log: Log;
  metrics: Metrics;
  /** Seconds after which a silent participant counts as gone; announcements come 2.2 times as often. Default 60. */
  discoveryPeriodSeconds?: number;
  /** Takes every guarantee away, to see what gets lost: see unsafe.ts. There is no other way to it. */
  unsafe?: boolean;
}

/** A port without a queue: msgflo-nodejs acks a message when its function has answered on some port. */
const SETTLED = 'settled';
const DEFAULTS = { prefetch: 10, attempts: 5, timeoutMs: 60_000 };
const DRAIN_LIMIT_MS = 20_000;
/** After the limit of a drain the handlers' signals fire; they get this long to return. */
const ABORT_GRACE_MS = 500;
const REMOVE_LIMIT_MS = 1_000;

/** An in-port while it runs. */
interface Port {
  name: string;
  inport: InPort;
  queue: string;
  prefetch: number;
  attempts: number;
  timeoutMs: number;
  inHand: number;
  metrics: ReturnType<typeof portMetrics>;
  batches?: Batches<Entry>;
  /** Where the broker hands out without end. */
  places?: Places<Entry>;
}

/** A message in hand. */
interface Entry extends Work {
  at: Port;
  trace: Span;
  /** Answers msgflo-nodejs. */
  done: Done;
}

/** The metrics of one port, looked up once: doing so for each message would cost more than counting. */
function portMetrics({ waiting, processing, total, acked, redelivered }: Metrics, port: string) {
  return {
    waiting: waiting.labels({ port }),
    processing: processing.labels({ port }),
    total: total.labels({ port }),
    acked: acked.labels({ port }),
    redelivered: redelivered.labels({ port }),
  };
}

/** Starts a participant; it connects by itself, now and whenever the broker is back. */
export function startParticipant(definition: ParticipantDefinition, options: ParticipantOptions): RunningParticipant {
  const { role, inports, outports } = definition;
  const { replica, log, metrics, unsafe = false } = options;
  const period = options.discoveryPeriodSeconds ?? 60;
  const stop = new AbortController();
  /** Those that have not returned. An array, for the same reason as in rolling.ts. */
  const handlings: Handling[] = [];
  let inHand = 0;
  let emptied = Promise.withResolvers<void>();
  let draining = false;

  const ports = new Map<string, Port>();
  for (const [name, inport] of Object.entries(inports)) {
    const port: Port = {
      name,
      inport,
      queue: inport.perReplica ? replicaQueueOf(role, name, replica) : queueOf(role, name),
      prefetch: inport.prefetch ?? definition.prefetch ?? DEFAULTS.prefetch,
      attempts: inport.attempts ?? definition.attempts ?? DEFAULTS.attempts,
      timeoutMs: inport.timeoutMs ?? definition.timeoutMs ?? DEFAULTS.timeoutMs,
      inHand: 0,
      metrics: portMetrics(metrics, name),
    };
    if ('batch' in inport) {
      port.batches = createBatches(inport.batch, (entries) => runBatch(inport, entries, port.timeoutMs));
    } else if (unsafe) port.places = createPlaces(port.prefetch, (entry) => runOne(inport, entry), stop.signal);
    ports.set(name, port);
  }

  const client = new Client(options.url, {
    name: replica,
    log,
    background: true,
    unsafe,
    onReconnect: () => metrics.reconnects.inc(),
    decode: (incoming) => incoming,
    queues: Object.fromEntries(
      [...ports.values()].map(({ queue, prefetch, inport }) => [queue, { prefetch, perReplica: inport.perReplica }]),
    ),
  });
  const participant = new msgflo.participant.Participant(
    client,
    {
      id: replica,
      component: definition.component,
      label: definition.label,
      icon: definition.icon,
      inports: [...ports.values()].map(({ name, queue }) => ({ id: name, type: 'object', queue })),
      outports: [
        ...Object.keys(outports).map((id) => ({ id, type: 'object' })),
        { id: SETTLED, type: 'object', hidden: true },
      ],
    },
    (name, incoming, done) => receive(ports.get(name)!, incoming as Incoming, done),
    role,
  );
  client.connect(() => {}); // in the background: what is set up from here on is done when the broker is there
  const { connection } = client;
  // What each replica hears for itself is control, too: it is heard while the role is paused.
  const shared = [...ports.values()].filter(({ inport }) => !inport.perReplica).map(({ queue }) => queue);
  const settle = createFate({ role, outports, connection, signal: stop.signal, log, metrics });
  const care = createCare<Entry>({
    queues: shared,
    limit: connection.limitConsuming,
    answersTaken: connection.finishAnswers,
    inHand: () => inHand,
    begin(entry, alone) {
      start(entry);
      if (alone) entry.at.batches?.flush();
    },
    handBack(entry) {
      entry.incoming.reject({ requeue: true });
      entry.trace.end('handed back');
      letGo(entry);
    },
    onSuspect: ({ delivery: { item }, queue }) =>
      log.warn({ item, queue }, 'others died with this message in hand: working on it alone'),
    signal: stop.signal,
  });
  const surroundings: Omit<HandlerContext, 'signal'> = {
    role,
    replica,
    cancel(which, error) {
      for (const handling of [...handlings]) {
        if (handling.delivery && which(handling.delivery)) handling.end(error);
      }
    },
  };
  // Counted when somebody asks, for they change with every message.
  Object.assign(metrics.unconfirmed, {
    collect: () => metrics.unconfirmed.set(connection.publisher.unconfirmed()),
  });
  Object.assign(metrics.inHand, {
    collect() {
      for (const { name, inHand } of ports.values()) metrics.inHand.set({ port: name }, inHand);
    },
  });

  function receive(port: Port, incoming: Incoming, done: Done): void {
    const { message } = incoming;
    const data = decodeData(message.content);
    const envelope = readEnvelope(message, data);
    const parsed = port.inport.schema.safeParse(data);
    const { redelivered } = message.fields;
    const delivery: Delivery = { ...envelope, data: parsed.success ? parsed.data : data, redelivered };
    const { attempt, sentAt: queuedAt } = envelope;
    const startedAt = Date.now();
    const entry: Entry = {
      at: port,
      port: port.name,
      queue: port.queue,
      attempts: port.attempts,
      incoming,
      delivery,
      step: {
        role,
        replica,
        queuedAt,
        startedAt,
        finishedAt: startedAt,
        attempt,
        redelivered: redelivered || undefined,
      },
      trace: startSpan(envelope, port.queue),
      done,
    };
    inHand += 1;
    port.inHand += 1;
    if (redelivered) port.metrics.redelivered.inc();

    if (!parsed.success) {
      const reason = `the message is not what ${port.queue} takes: ${firstIssue(parsed.error)}`;
      finish(entry, { kind: 'failed', code: 'invalid-message', reason });
    } else if (port.inport.perReplica || unsafe) start(entry);
    else care.take(entry);
  }

  function start(entry: Entry): void {
    const { batches, places, inport } = entry.at;
    if (batches) batches.add(entry);
    else if (places) places.add(entry);
    else runOne(inport as SingleInPort<unknown>, entry);
  }

  function begin({ at, step }: Entry): void {
    step.startedAt = Date.now();
    if (step.queuedAt !== undefined) at.metrics.waiting.observe(Math.max(0, step.startedAt - step.queuedAt) / 1000);
  }

  function running(handling: Handling): void {
    handling.place = handlings.push(handling) - 1;
  }

  function returned(handling: Handling): void {
    const last = handlings.pop()!;
    if (last === handling) return;
    handlings[handling.place] = last;
    last.place = handling.place;
  }

  function runOne(inport: SingleInPort<unknown>, entry: Entry): void {
    begin(entry);
    const free = entry.at.places?.free;
    const handling = new Handling(surroundings);
    const outcome = entry.trace.run(() => handling.run(inport, entry.delivery, entry.at.timeoutMs));
    if (!(outcome instanceof Promise)) {
      finish(entry, outcome, free);
      return;
    }
    running(handling);
    void outcome.then((known) => {
      returned(handling);
      finish(entry, known, free);
    });
  }

  async function runBatch(inport: BatchInPort<unknown>, entries: readonly Entry[], timeoutMs: number): Promise<void> {
    for (const entry of entries) begin(entry);
    const handling = new Handling(surroundings);
    running(handling);
    const deliveries = entries.map(({ delivery }) => delivery);
    const outcomes = await handling.runBatch(inport, deliveries, timeoutMs);
    returned(handling);
    await Promise.all(entries.map((entry, n) => new Promise<void>((done) => finish(entry, outcomes[n]!, done))));
  }

  /** Does what follows from an outcome; `ended` is called when the message is out of our hands. */
  function finish(entry: Entry, outcome: Outcome, ended?: () => void): void {
    const { at, step, trace } = entry;
    step.finishedAt = Date.now();
    at.metrics.processing.observe((step.finishedAt - step.startedAt) / 1000);
    trace.end(outcome.kind === 'answered' ? undefined : outcome.reason);
    settle(entry, outcome, (fate) => {
      if (fate === 'ack') {
        entry.done(SETTLED, null);
        at.metrics.acked.inc();
        at.metrics.total.observe(Math.max(0, Date.now() - (step.queuedAt ?? step.startedAt)) / 1000);
      } else entry.incoming.reject({ requeue: true });
      letGo(entry);
      ended?.();
    });
  }

  /** A message is answered. */
  function letGo(entry: Entry): void {
    inHand -= 1;
    entry.at.inHand -= 1;
    if (inHand === 0) {
      emptied.resolve();
      emptied = Promise.withResolvers();
    }
    care.ended(entry);
  }

  const failed = (error?: Error | null): void => {
    if (error) log.error({ err: error }, 'the broker refused what the participant declares');
  };
  participant.setupPorts((error) => {
    failed(error);
    if (!error) participant.register(failed);
  });
  if (shared.length > 0) {
    obeyPauses(connection, role, shared, log).catch((error: unknown) => {
      log.error({ err: error }, 'the broker refused what pausing needs');
    });
  }
  const announcements = setInterval(() => participant.register(failed), (period * 1000) / 2.2);
  announcements.unref();
  const hush = unsafe ? shout(log, metrics) : undefined;

  function health(): Health {
    if (draining) return { ok: false, reason: 'draining' };
    const state = connection.state();
    if (!state.up) return { ok: false, reason: state.reason };
    const paused = connection.paused();
    const consuming = [...ports.values()]
      .map(({ queue }) => queue)
      .filter((queue) => !paused || !shared.includes(queue));
    // A broker in an alarm is no fault of ours, and starting anew would not help.
    const detail = { consuming, paused, inHand, blocked: connection.publisher.blocked() };
    return { ok: true, detail: unsafe ? { ...detail, unsafe } : detail };
  }

  /** Resolves true when nothing is in hand any more, false when the time is up. */
  async function handsEmpty(withinMs: number): Promise<boolean> {
    if (inHand === 0) return true;
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
      const outport = Object.hasOwn(outports, port) ? outports[port] : undefined;
      if (outport === undefined) throw new Error(`"${port}" is no out-port of ${role}`);
      const ids = data as { item?: string; job?: string };
      const full: Envelope = {
        item: ids.item ?? randomUUID(),
        job: ids.job,
        attempt: 1,
        steps: [],
        ...envelope,
        ...(envelope.traceparent === undefined ? activeTrace() : { traceparent: envelope.traceparent }),
      };
      const { unroutable } = outport;
      await client.publish('outqueue', queueOf(role, port), data, {
        headers: writeHeaders(full, data),
        unroutable,
        urgent: full.urgent,
        timeoutMs,
      });
      metrics.published.inc({ port });
    },
    async drain(limitMs = DRAIN_LIMIT_MS) {
      draining = true;
      clearInterval(announcements);
      hush?.();
      await connection.stopConsuming();
      for (const { batches } of ports.values()) batches?.flush();
      if (!(await handsEmpty(limitMs))) {
        const then = unsafe ? 'losing' : 'handing back';
        log.warn({ inHand, limitMs }, `not finished within the limit: ${then} what is left`);
        stop.abort();
        for (const handling of [...handlings]) handling.end(new Error('the participant is ending'));
        await handsEmpty(ABORT_GRACE_MS); // what is still unanswered goes back when the channel closes
      }
      await connection.finishAnswers();
      const own = [...ports.values()].filter(({ inport }) => inport.perReplica);
      if (connection.state().up) {
        const removed = own.map(({ queue }) => connection.withChannel((channel) => channel.deleteQueue(queue)));
        // They expire by themselves: a broker that does not answer is not waited for.
        await Promise.race([Promise.allSettled(removed), pause(REMOVE_LIMIT_MS, undefined, { ref: false })]);
      }
      await connection.close();
    },
  };
}
