// What travels beside the data, to and from AMQP headers. Everything is optional on the wire: a stock MsgFlo participant
// sends no headers, and what it leaves out is made up here.
import { randomBytes, randomUUID } from 'node:crypto';
import type { Envelope, Step } from './types.ts';

/** The part of a received message that is read here. */
export interface Received {
  content: Buffer;
  properties: { headers?: Record<string, unknown> };
}

/** Steps beyond this are not carried on: a loop in the graph must not grow its messages for ever. */
const MOST_STEPS = 50;

function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value.length > 0 && value.length <= 200 ? value : undefined;
}

function asWholeNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function isStep(value: unknown): value is Step {
  if (typeof value !== 'object' || value === null) return false;
  const step = value as Partial<Step>;
  return typeof step.role === 'string' && typeof step.startedAt === 'number' && typeof step.finishedAt === 'number';
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

/** A W3C trace context of its own, or the next span of the one given. */
export function nextTraceparent(parent?: string): string {
  const trace = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(parent ?? '')?.[1];
  return `00-${trace ?? randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
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
    traceparent: asText(headers.traceparent) ?? nextTraceparent(),
    sentAt: asWholeNumber(headers['x-sent-at']),
  };
}

/** The headers for a message that is sent now. */
export function writeHeaders(envelope: Envelope, now = Date.now()): Record<string, unknown> {
  return {
    'x-item': envelope.item,
    ...(envelope.job === undefined ? {} : { 'x-job': envelope.job }),
    'x-attempt': envelope.attempt,
    'x-sent-at': now,
    ...(envelope.steps.length === 0 ? {} : { 'x-steps': JSON.stringify(envelope.steps.slice(-MOST_STEPS)) }),
    traceparent: envelope.traceparent,
  };
}
