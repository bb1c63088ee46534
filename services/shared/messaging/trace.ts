// The trace that a message belongs to, as W3C says: `00-<trace>-<span>-<flags>` in the header `traceparent`.
//
// Where the process has an OpenTelemetry SDK (loaded before us, as with `node --import ./tracing.js`), a handler runs in a span of it
// and what it sends continues that span. Without one the trace goes on all the same, under span ids made here. Only
// OpenTelemetry's API is used, and only where there is an SDK: loading it takes as long as starting half a worker.
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import type * as OpenTelemetry from '@opentelemetry/api';
import type { Envelope } from './types.ts';

/** As it stands in headers. */
export interface TraceContext {
  traceparent: string;
  tracestate?: string;
}

/** What a handler's work is known as while it runs. */
export interface Span extends TraceContext {
  run<T>(work: () => T): T;
  /** `failure`: why it is to be marked as failed. */
  end(failure?: string): void;
}

const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
/** Where OpenTelemetry's API, of any version 1, keeps what an SDK has registered. */
const REGISTRY = Symbol.for('opentelemetry.js.api.1');
const TRACER = 'queuelab';

const require = createRequire(import.meta.url);
let api: typeof OpenTelemetry | undefined;

/** OpenTelemetry's API where an SDK is registered. */
function sdk(): typeof OpenTelemetry | undefined {
  if (!(REGISTRY in globalThis)) return undefined;
  api ??= require('@opentelemetry/api') as typeof OpenTelemetry;
  return api;
}

/** Random digits are taken from the system by the page: one by one they would take longer than all else about a header. */
const PAGE_BYTES = 8_192;
let page = '';
let used = 0;

function randomHex(digits: number): string {
  if (used + digits > page.length) {
    page = randomBytes(PAGE_BYTES).toString('hex');
    used = 0;
  }
  used += digits;
  const hex = page.slice(used - digits, used);
  return hex.startsWith('0') && /^0+$/.test(hex) ? randomHex(digits) : hex; // all zeros means "none"
}

/** The value where it is a valid `traceparent`. */
export function asTraceparent(value: unknown): string | undefined {
  return typeof value === 'string' && TRACEPARENT.test(value) ? value : undefined;
}

/** A trace of its own, or the next span of the one given. */
export function nextTraceparent(parent?: string): string {
  if (parent === undefined || parent === '') return `00-${randomHex(32)}-${randomHex(16)}-01`;
  return `${parent.slice(0, 36)}${randomHex(16)}${parent.slice(52)}`;
}

/** The context of whatever runs now, for a message that is sent outside of a handler. */
export function activeTrace(): TraceContext {
  const carrier: Partial<TraceContext> = {};
  const openTelemetry = sdk();
  openTelemetry?.propagation.inject(openTelemetry.context.active(), carrier);
  return { traceparent: carrier.traceparent ?? nextTraceparent(), tracestate: carrier.tracestate };
}

class UnrecordedSpan implements Span {
  readonly traceparent: string;
  readonly tracestate: string | undefined;
  constructor(parent: TraceContext) {
    this.traceparent = nextTraceparent(parent.traceparent);
    this.tracestate = parent.tracestate;
  }
  run<T>(work: () => T): T {
    return work();
  }
  end(): void {}
}

/** Starts the span in which a message from `queue` is handled, below the one that its envelope names. */
export function startSpan(parent: Envelope, queue: string): Span {
  const openTelemetry = sdk();
  if (openTelemetry === undefined) return new UnrecordedSpan(parent);
  const { context, propagation, trace, ROOT_CONTEXT, SpanKind, SpanStatusCode } = openTelemetry;
  const above = propagation.extract(ROOT_CONTEXT, parent);
  const span = trace.getTracer(TRACER).startSpan(
    `process ${queue}`,
    {
      kind: SpanKind.CONSUMER,
      attributes: {
        'messaging.system': 'rabbitmq',
        'messaging.operation.type': 'process',
        'messaging.operation.name': 'process',
        'messaging.destination.name': queue,
        'queuelab.item': parent.item,
        'queuelab.job': parent.job,
        'queuelab.attempt': parent.attempt,
      },
    },
    above,
  );
  const inside = trace.setSpan(above, span);
  const carrier: Partial<TraceContext> = {};
  propagation.inject(inside, carrier);
  return {
    traceparent: carrier.traceparent ?? nextTraceparent(parent.traceparent),
    tracestate: carrier.tracestate,
    run: (work) => context.with(inside, work),
    end(failure) {
      if (failure !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: failure });
      span.end();
    },
  };
}
