// Every metric the lab exposes, in one table. Names follow Prometheus: base units, `_total` for counters.
import { createRequire } from 'node:module';
import type * as Prometheus from 'prom-client';

// Part by part: the whole of prom-client brings a push gateway and OpenTelemetry along, and takes a worker ten times as long.
const require = createRequire(import.meta.url);
const Registry = require('prom-client/lib/registry.js') as typeof Prometheus.Registry;
const Counter = require('prom-client/lib/counter.js') as typeof Prometheus.Counter;
const Gauge = require('prom-client/lib/gauge.js') as typeof Prometheus.Gauge;
const Histogram = require('prom-client/lib/histogram.js') as typeof Prometheus.Histogram;

/** Buckets in seconds, from a millisecond to five minutes: a queue makes waits of any length. */
const SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** Builds the metrics of one replica in a registry of its own, labelled with role and replica. */
export function createMetrics(labels: { role: string; replica: string }) {
  const registry = new Registry();
  registry.setDefaultLabels(labels);
  const ownMetrics = registry.metrics.bind(registry);
  let processMetrics: Promise<void> | undefined;
  registry.metrics = async () => {
    // Those of the process (CPU, memory, event loop), from the first time that somebody asks.
    processMetrics ??= import('prom-client').then((prometheus) =>
      prometheus.collectDefaultMetrics({ register: registry }),
    );
    await processMetrics;
    return ownMetrics();
  };
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name, help, labelNames, registers });
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers });
  const histogram = (name: string, help: string, labelNames: string[] = []) =>
    new Histogram({ name, help, labelNames, registers, buckets: SECONDS });
  return {
    registry,
    waiting: histogram('queuelab_message_waiting_seconds', 'From publish to the start of its handler', ['port']),
    processing: histogram('queuelab_message_processing_seconds', 'In the handler', ['port']),
    total: histogram('queuelab_message_total_seconds', 'From publish to ack', ['port']),
    inHand: gauge('queuelab_messages_in_hand', 'Delivered and not yet answered', ['port']),
    acked: counter('queuelab_messages_acked_total', 'Answered and acknowledged', ['port']),
    retried: counter('queuelab_messages_retried_total', 'Sent to a delay queue', ['port']),
    failed: counter('queuelab_messages_failed_total', 'Sent to ERROR', ['port']),
    dead: counter('queuelab_messages_dead_total', 'Rejected to the dead letters', ['port']),
    redelivered: counter('queuelab_messages_redelivered_total', 'Received a second time', ['port']),
    published: counter('queuelab_messages_published_total', 'Confirmed by the broker', ['port']),
    unconfirmed: gauge('queuelab_messages_unconfirmed', 'Published and not yet confirmed'),
    unsafe: gauge('queuelab_messaging_unsafe', '1 where confirms, persistence and late acks are switched off'),
    reconnects: counter('queuelab_reconnects_total', 'Connections to the broker after the first'),
    httpRequests: histogram('queuelab_http_request_seconds', 'HTTP requests', ['method', 'route', 'status']),
    jobsAccepted: counter('queuelab_jobs_accepted_total', 'Jobs answered with 202'),
    itemsAccepted: counter('queuelab_items_accepted_total', 'Items of these jobs'),
    jobsRefused: counter(
      'queuelab_jobs_refused_total',
      'Jobs that could not be done by their deadline, answered with 503',
    ),
    admissionKnown: gauge(
      'queuelab_admission_known',
      '1 where it is known when a job would be done, so that it can be refused',
    ),
    admissionCorrection: gauge('queuelab_admission_correction', 'What predictions are multiplied with', ['urgent']),
    jobPredicted: histogram(
      'queuelab_job_predicted_seconds',
      'Of finished jobs: how long they should take, not corrected',
    ),
    jobActual: histogram('queuelab_job_actual_seconds', 'Of the same jobs: how long they took'),
    vendorCalls: counter('queuelab_vendor_calls_total', 'Calls to the captioning API', ['outcome']),
    itemsStored: counter('queuelab_items_stored_total', 'Items whose result was written', ['state']),
    duplicates: counter('queuelab_items_duplicate_total', 'Results that were there already: written once, heard twice'),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;
