// Every operation of the API: its address, what it takes, what it answers, and what can go wrong.
import { z } from 'zod';
import type { ProblemCode } from '../shared/errors.ts';
import { formats } from '../shared/messages.ts';
import { JobTaken } from './job-taken.ts';
import { ItemView, JobList, JobView } from './job-view.ts';
import { LedgerAudit, LedgerQuery } from './ledger-routes.ts';
import { IdempotencyKey, ImageIndex, JobId, JobRequest, LastEventId, ListQuery } from './request.ts';

export type Json = Record<string, unknown>;

export interface Operation {
  method: 'get' | 'post' | 'delete';
  path: string;
  summary: string;
  path_parameters?: Record<string, z.ZodType>;
  query?: z.ZodObject;
  headers?: Record<string, z.ZodType>;
  body?: z.ZodType;
  ok: { status: number; description: string; content: Json; headers?: Record<string, string> };
  problems: readonly ProblemCode[];
}

const Readiness = z
  .object({
    ready: z.boolean(),
    checks: z.object({ database: z.string(), broker: z.string(), route: z.string() }),
    admission: z.string().describe('off; ok; or why it is not known how long work takes, so that every job is taken'),
  })
  .meta({ id: 'Readiness' });

const Samples = z
  .object({
    samples: z.array(
      z.object({
        name: z.string(),
        file: z.string(),
        width: z.int(),
        height: z.int(),
        format: z.string(),
        bytes: z.int(),
      }),
    ),
  })
  .meta({ id: 'Samples' });

/** A reference to a schema that has an id. */
export function component(schema: z.ZodType): Json {
  const id = z.globalRegistry.get(schema)?.id;
  if (id === undefined) throw new Error('a schema of the API needs an id');
  return { $ref: `#/components/schemas/${id}` };
}

export const asJson = (schema: z.ZodType): Json => ({ 'application/json': { schema: component(schema) } });
const text = (type: string, description: string): Json => ({ [type]: { schema: { type: 'string', description } } });

const key = { 'Idempotency-Key': IdempotencyKey };
const id = { id: JobId };
const badBody: ProblemCode[] = ['malformed-json', 'body-too-large', 'unsupported-media-type', 'invalid-request'];

export const operations: readonly Operation[] = [
  {
    method: 'post',
    path: '/jobs',
    summary: 'Send a set of images; answered when every one of them is with the message broker',
    headers: key,
    body: JobRequest,
    ok: {
      status: 202,
      description: 'Taken. The job is at Location.',
      content: asJson(JobTaken),
      headers: {
        Location: 'The address of the job',
        'Retry-After': 'When to look, in seconds',
        'Idempotent-Replayed': 'true where the job was taken before, under the same key',
      },
    },
    problems: [
      ...badBody,
      'idempotency-key-reused',
      'broker-unavailable',
      'not-routed',
      'database-unavailable',
      'deadline-not-possible',
    ],
  },
  {
    method: 'get',
    path: '/jobs',
    summary: 'List jobs, newest first',
    query: ListQuery,
    ok: { status: 200, description: 'A page of jobs', content: asJson(JobList) },
    problems: ['invalid-request', 'database-unavailable'],
  },
  {
    method: 'get',
    path: '/jobs/{id}',
    summary: 'A job with all its items: states, captions, timings, errors, links to pictures',
    path_parameters: id,
    ok: { status: 200, description: 'The job', content: asJson(JobView) },
    problems: ['job-not-found', 'database-unavailable'],
  },
  {
    method: 'delete',
    path: '/jobs/{id}',
    summary: 'Cancel a job: what has not been started is not done. May be repeated',
    path_parameters: id,
    ok: { status: 200, description: 'The job, cancelled', content: asJson(JobView) },
    problems: ['job-not-found', 'job-finished', 'database-unavailable'],
  },
  {
    method: 'get',
    path: '/jobs/{id}/events',
    summary: 'Follow a job: an event `item` for each item that finishes, and `done` at the end',
    path_parameters: id,
    headers: { 'Last-Event-ID': LastEventId },
    ok: {
      status: 200,
      description: 'Server-sent events. After `done` the stream ends; who comes back with its id gets 204.',
      content: { 'text/event-stream': { schema: component(ItemView) } },
    },
    problems: ['invalid-request', 'job-not-found', 'database-unavailable'],
  },
  {
    method: 'get',
    path: '/jobs/{id}/images/{n}',
    summary: 'The picture of an item. It never changes',
    path_parameters: { ...id, n: ImageIndex },
    ok: {
      status: 200,
      description: 'The picture',
      content: Object.assign({}, ...formats.map((format) => text(`image/${format}`, 'The encoded picture'))),
      headers: { ETag: 'The item', 'Cache-Control': 'For a year, immutable' },
    },
    problems: ['job-not-found', 'image-not-found', 'image-not-ready', 'database-unavailable'],
  },
  {
    method: 'post',
    path: '/sync/images',
    summary: 'The same work done inside the request, all in the front end; for comparison',
    headers: key,
    body: JobRequest,
    ok: { status: 200, description: 'The job, done', content: asJson(JobView) },
    problems: [...badBody, 'idempotency-key-reused', 'database-unavailable', 'out-of-service'],
  },
  {
    method: 'get',
    path: '/ledger',
    summary:
      'What became of all that was ever accepted, and what is still open. `./lab verdict` asks the broker about that',
    query: LedgerQuery,
    ok: { status: 200, description: 'The audit, in items', content: asJson(LedgerAudit) },
    problems: ['invalid-request', 'database-unavailable'],
  },
  {
    method: 'get',
    path: '/samples',
    summary: 'The pictures that ship with the lab: `sample:<name>` is a source',
    ok: { status: 200, description: 'All of them', content: asJson(Samples) },
    problems: [],
  },
  {
    method: 'get',
    path: '/healthz',
    summary: 'Whether this process works',
    ok: { status: 200, description: 'It does', content: { 'application/json': { schema: { type: 'object' } } } },
    problems: [],
  },
  {
    method: 'get',
    path: '/readyz',
    summary: 'Whether a job can be taken: database, broker, and a queue connected to the IMAGES port. 503 where not',
    ok: { status: 200, description: 'It can', content: asJson(Readiness) },
    problems: [],
  },
  {
    method: 'get',
    path: '/metrics',
    summary: 'Metrics of this replica, for Prometheus',
    ok: { status: 200, description: 'Metrics', content: text('text/plain', 'Prometheus exposition format') },
    problems: [],
  },
  {
    method: 'get',
    path: '/openapi.json',
    summary: 'This description',
    ok: { status: 200, description: 'OpenAPI 3.1', content: { 'application/json': { schema: { type: 'object' } } } },
    problems: [],
  },
];
