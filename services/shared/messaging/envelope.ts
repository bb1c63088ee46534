// What travels beside the data, to and from AMQP headers. Everything is optional on the wire: a stock MsgFlo participant
// sends no headers, and what it leaves out is made up here.
import { randomUUID } from 'node:crypto';
import { type Headers, URGENT } from './publish-frames.ts';
import { asTraceparent, nextTraceparent } from './trace.ts';
import type { Envelope, Step } from './types.ts';

/** The part of a received message that is read here. */
export interface Received {
  content: Buffer;
  properties: { headers?: Record<string, unknown>; priority?: unknown };
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

/** Names of roles and replicas in headers: short, so that many steps fit, however their letters are written. */
const isName = (value: unknown): value is string => typeof value === 'string' && /^[ -~]{1,100}$/.test(value);

/** The last word of a step whose message had been handed out before. */
const REDELIVERED = 1;

/**
 * A step as it travels: role, replica, when it started (epoch milliseconds), how long it took, its attempt, how long it had waited (null or
 * missing where that is not known), and 1 where it was redelivered. Names for these would be most of what a small message weighs.
 */
type WrittenStep = [string, string, number, number, number, (number | null)?, typeof REDELIVERED?];

function writeStep({ role, replica, queuedAt, startedAt, finishedAt, attempt, redelivered }: Step): WrittenStep {
  const step: WrittenStep = [role, replica, startedAt, finishedAt - startedAt, attempt];
  if (queuedAt !== undefined)
    step.push(Math.max(0, startedAt - queuedAt)); // clocks of two machines may differ
  else if (redelivered) step.push(null);
  if (redelivered) step.push(REDELIVERED);
  return step;
}

function readStep(value: unknown): Step[] {
  if (!Array.isArray(value)) return [];
  const [role, replica] = value;
  const [startedAt, took, attempt, waited, again] = value.slice(2).map(asWholeNumber);
  if (!isName(role) || !isName(replica)) return [];
  if (startedAt === undefined || took === undefined || attempt === undefined) return [];
  const queuedAt = waited === undefined ? undefined : asWholeNumber(startedAt - waited);
  const finishedAt = asWholeNumber(startedAt + took);
  if (finishedAt === undefined) return [];
  const step: Step = { role, replica, queuedAt, startedAt, finishedAt, attempt };
  if (again === REDELIVERED) step.redelivered = true;
  return [step];
}

/** The steps in a header. What is no step is passed over: timings are lost, the work is not. */
export function readSteps(value: unknown): Step[] {
  if (typeof value !== 'string') return [];
  try {
    const steps: unknown = JSON.parse(value);
    return Array.isArray(steps) ? steps.flatMap(readStep).slice(-MOST_STEPS) : [];
  } catch {
    return [];
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

/** Whether a message goes ahead of others. */
export function isUrgent({ properties: { priority } }: Pick<Received, 'properties'>): boolean {
  return typeof priority === 'number' && priority >= URGENT;
}

const bodyOf = (data: unknown): { item?: unknown; job?: unknown } =>
  typeof data === 'object' && data !== null ? data : {};

/** Reads the envelope of a message; ids that the headers lack are taken from the data (`item`, `job`) where it has them. */
export function readEnvelope(message: Received, data: unknown): Envelope {
  const headers = message.properties.headers ?? {};
  const body = bodyOf(data);
  return {
    item: asText(headers['x-item']) ?? asText(body.item) ?? randomUUID(),
    job: asText(headers['x-job']) ?? asText(body.job),
    attempt: Math.max(1, asWholeNumber(headers['x-attempt']) ?? 1),
    steps: readSteps(headers['x-steps']),
    traceparent: asTraceparent(headers.traceparent) ?? nextTraceparent(),
    tracestate: asTracestate(headers.tracestate),
    sentAt: asWholeNumber(headers['x-sent-at']),
    urgent: isUrgent(message) || undefined,
  };
}

/** The last steps, as many as fit. */
function stepsText(steps: readonly Step[]): string | undefined {
  for (let kept = steps.slice(-MOST_STEPS); kept.length > 0; kept = kept.slice(1)) {
    const text = JSON.stringify(kept.map(writeStep));
    if (text.length <= LONGEST_STEPS) return text;
  }
  return undefined;
}

/**
 * The headers for a message with these data that is sent now. What is undefined is not sent, nor what the data say already: headers cost
 * the broker time, three of them a fifth of what amqplib by hand gets through (`npm run bench -- messaging`).
 */
export function writeHeaders(envelope: Envelope, data: unknown, now = Date.now()): Headers {
  const body = bodyOf(data);
  return {
    'x-item': body.item === envelope.item ? undefined : envelope.item,
    'x-job': body.job === envelope.job ? undefined : envelope.job,
    'x-attempt': envelope.attempt === 1 ? undefined : envelope.attempt,
    'x-sent-at': now,
    'x-steps': stepsText(envelope.steps),
    traceparent: envelope.traceparent,
    tracestate: envelope.tracestate,
  };
}
