import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { context, propagation, SpanStatusCode, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { activeTrace, asTraceparent, nextTraceparent, startSpan } from './trace.ts';
import type { Envelope } from './types.ts';

const envelope = (more: Partial<Envelope> = {}): Envelope => ({
  item: 'job.0',
  job: 'job',
  attempt: 2,
  steps: [],
  traceparent: nextTraceparent(),
  ...more,
});
const traceOf = (traceparent: string): string => traceparent.slice(3, 35);
const spanOf = (traceparent: string): string => traceparent.slice(36, 52);

/** OpenTelemetry's real SDK, for one test. */
function withSdk() {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  provider.register();
  after(async () => {
    await provider.shutdown();
    for (const part of [trace, context, propagation]) part.disable();
  });
  return exporter;
}

test('what is no valid traceparent is none', () => {
  const valid = nextTraceparent();
  assert.equal(asTraceparent(valid), valid);
  const zeros = '0'.repeat(32);
  for (const value of [
    undefined,
    7,
    '',
    `${valid}-`,
    valid.toUpperCase().replace('00', 'FF'),
    `00-${zeros}${valid.slice(35)}`,
  ]) {
    assert.equal(asTraceparent(value), undefined, String(value));
  }
});

test('ids are different for ever, whichever page of random bytes they come from', () => {
  const many = Array.from({ length: 5_000 }, () => nextTraceparent());
  assert.equal(new Set(many.map(traceOf)).size, many.length);
  assert.equal(new Set(many.map(spanOf)).size, many.length);
});

test('without an SDK the trace, its flags and its state go on under a span of our own', () => {
  const traceparent = nextTraceparent().replace(/01$/, '00');
  const span = startSpan(envelope({ traceparent, tracestate: 'vendor=1' }), 'resize.IN');
  assert.equal(traceOf(span.traceparent), traceOf(traceparent));
  assert.notEqual(spanOf(span.traceparent), spanOf(traceparent));
  assert.match(span.traceparent, /-00$/);
  assert.equal(span.tracestate, 'vendor=1');
  assert.equal(
    span.run(() => 7),
    7,
  );
});

test('with an SDK the handler runs in a span below the sender’s, and what it sends continues that span', () => {
  const exporter = withSdk();
  const sent = envelope();
  const span = startSpan(sent, 'resize.IN');
  const active = span.run(() => trace.getActiveSpan()?.spanContext());
  const alsoActive = span.run(() => activeTrace());
  span.end('it is broken');
  const [finished, ...others] = exporter.getFinishedSpans();
  assert.equal(others.length, 0);
  assert.equal(finished?.name, 'process resize.IN');
  assert.equal(finished.parentSpanContext?.spanId, spanOf(sent.traceparent));
  assert.equal(finished.spanContext().traceId, traceOf(sent.traceparent));
  assert.deepEqual(finished.status, { code: SpanStatusCode.ERROR, message: 'it is broken' });
  assert.equal(finished.attributes['messaging.destination.name'], 'resize.IN');
  assert.equal(finished.attributes['queuelab.item'], 'job.0');
  assert.equal(spanOf(span.traceparent), finished.spanContext().spanId);
  assert.equal(active?.spanId, finished.spanContext().spanId);
  assert.equal(spanOf(alsoActive.traceparent), finished.spanContext().spanId);
});
