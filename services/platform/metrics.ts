// What Prometheus reads of the platform: how many replicas each role has, by state, as last seen.
import { createRequire } from 'node:module';
import type * as Prometheus from 'prom-client';
import { createMetrics } from '../shared/metrics.ts';
import type { PlatformEvent } from './events.ts';

const require = createRequire(import.meta.url);
const Counter = require('prom-client/lib/counter.js') as typeof Prometheus.Counter;

export function createPlatformMetrics(replica: string) {
  const { registry } = createMetrics({ role: 'platform', replica });
  const events = new Counter({
    name: 'queuelab_platform_events_total',
    help: 'What has happened to the replicas of a role: the kind of event, and the state or ending that it told',
    labelNames: ['of', 'event', 'outcome'],
    registers: [registry],
  });
  return {
    registry,
    count: ({ role, event, to, ending }: PlatformEvent): void =>
      events.inc({ of: role, event, outcome: ending ?? (typeof to === 'string' ? to : '') }),
  };
}
