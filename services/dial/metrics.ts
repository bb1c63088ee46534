// What Prometheus sees of the dial: what it was asked to send, what became of it, and how long the answers took.
import { createRequire } from 'node:module';
import type * as Prometheus from 'prom-client';
import type { Dial } from './dial.ts';

const require = createRequire(import.meta.url);
const Counter = require('prom-client/lib/counter.js') as typeof Prometheus.Counter;
const Gauge = require('prom-client/lib/gauge.js') as typeof Prometheus.Gauge;
const Histogram = require('prom-client/lib/histogram.js') as typeof Prometheus.Histogram;

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createDialMetrics(registry: Prometheus.Registry, dial: Dial): void {
  const registers = [registry];

  function gauge(name: string, help: string, read: (dial: Dial) => number): void {
    new Gauge({
      name: `queuelab_dial_${name}`,
      help,
      registers,
      collect() {
        this.set(read(dial));
      },
    });
  }

  gauge('running', 'Whether a load runs: 1 or 0', () => Number(dial.state().running));
  gauge('wanted_rate', 'Jobs a second that the load asks for now', () => dial.state().wanted);
  gauge('in_flight', 'Jobs sent and not answered yet', () => dial.state().counts.in_flight);

  const jobs = new Counter({
    name: 'queuelab_dial_jobs_total',
    help: 'Jobs that were due, by what became of them',
    labelNames: ['outcome'],
    registers,
  });
  const accepting = new Histogram({
    name: 'queuelab_dial_accept_seconds',
    help: 'From when a job was due to its 202',
    buckets: SECONDS,
    registers,
  });
  dial.onOutcome((kind, seconds) => {
    jobs.inc({ outcome: kind.replace(' ', '_') });
    if (kind === 'accepted') accepting.observe(seconds);
  });
}
