// What travels beside the data, to and from AMQP headers. Everything is optional on the wire: a stock MsgFlo participant
// sends no headers, and what it leaves out is made up here.
import { randomUUID } from 'node:crypto';
import type { Headers } from './publish-frames.ts';
import { asTraceparent, nextTraceparent } from './trace.ts';
import type { Envelope, Step } from './types.ts';

/** The part of a received message that is read here. */
export interface Received {
  content: Buffer;
  properties: { headers?: Record<string, unknown> };
}

/** Steps beyond this are not carried on: a loop in the graph must not grow its messages for ever. */
const MOST_STEPS = 50;
/** All headers of a message must fit into the 64 KiB that amqplib has for them. */
const LONGEST_STEPS = 16_384;

function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value.length > 0 && value.length <= 200 ? value : undefined;
}

/** Its limit is 512 characters, of printable ASCII. */
function asTracestate(value: unknown): string | undefined {
  return typeof value === 'string' && /^[ -~]{1,512}$/.test(value) ? value : undefined;
}

function asWholeNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** Names of roles and replicas in headers: short, so that many steps fit into a frame, however their letters are written. */
const isName = (value: unknown): boolean => typeof value === 'string' && /^[ -~]{1,100}$/.test(value);

function isStep(value: unknown): value is Step {
  if (typeof value !== 'object' || value === null) return false;
  const { role, replica, queuedAt, startedAt, finishedAt, attempt } = value as Partial<Step>;
  const times = [startedAt, finishedAt, attempt, ...(queuedAt === undefined ? [] : [queuedAt])];
  return isName(role) && isName(replica) && times.every((time) => asWholeNumber(time) !== undefined);
}

function parseSteps(value: unknown): Step[] {
  if (typeof value !== 'string') return [];
  try {
    const steps: unknown = JSON.parse(value);
    return Array.isArray(steps) ? steps.filter(isStep).slice(-MOST_STEPS) : [];
  } catch {
    return []; // written by somebody else: timings are lost, the work is not
  }
}

/** The body as JSON, or else the raw text, as MsgFlo wants it. */
export function decodeData(content: Buffer): unknown {
  const text = content.toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Reads the envelope of a message; ids that the headers lack are taken from the data (`item`, `job`) where it has them. */
export function readEnvelope(message: Received, data: unknown): Envelope {
  const headers = message.properties.headers ?? {};
  const body = typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {};
  return {
    item: asText(headers['x-item']) ?? asText(body.item) ?? randomUUID(),
    job: asText(headers['x-job']) ?? asText(body.job),
    attempt: Math.max(1, asWholeNumber(headers['x-attempt']) ?? 1),
    steps: parseSteps(headers['x-steps']),
    traceparent: asTraceparent(headers.traceparent) ?? nextTraceparent(),
    tracestate: asTracestate(headers.tracestate),
    sentAt: asWholeNumber(headers['x-sent-at']),
  };
}

/** The last steps, as many as fit. */
function stepsText(steps: readonly Step[]): string | undefined {
  for (let kept = steps.slice(-MOST_STEPS); kept.length > 0; kept = kept.slice(1)) {
    const text = JSON.stringify(kept);
    if (text.length <= LONGEST_STEPS) return text;
  }
  return undefined;
}

/** The headers for a message that is sent now. What is undefined is not sent. */
export function writeHeaders(envelope: Envelope, now = Date.now()): Headers {
  return {
    'x-item': envelope.item,
    'x-job': envelope.job,
    'x-attempt': envelope.attempt,
    'x-sent-at': now,
    'x-steps': stepsText(envelope.steps),
    traceparent: envelope.traceparent,
    tracestate: envelope.tracestate,
  };
}
