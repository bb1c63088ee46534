// The route of the ledger's audit: `./lab verdict` asks it, and anybody else who wants to know what became of all that was accepted.
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Database } from '../shared/database.ts';
import { type Audit, auditLedger } from '../shared/ledger/audit.ts';
import { JobId } from './request.ts';
import { validate } from './validate.ts';
import type { WebPort } from './web-participant.ts';

/** What the route needs. */
interface LedgerParts {
  database: Database;
  web: Pick<WebPort, 'health'>;
}

const itemError = 'an item, which is a job id, a dot and a number below 1000';
const timeError = 'a time such as 2026-01-31T12:00:00.000Z';

export const LedgerQuery = z.strictObject({
  before: z.iso.datetime({ error: timeError, offset: true }).optional().describe('Only what was accepted until then'),
  job: JobId.optional().describe('Only this job'),
  after: z
    .string({ error: itemError })
    .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.(0|[1-9]\d{0,2})$/i, { error: itemError })
    .transform((item) => ({ job: item.slice(0, 36), index: Number(item.slice(37)) }))
    .optional()
    .describe('List the open items behind this one'),
});

const count = z.int().min(0);
const time = z.iso.datetime();

/** As `Audit` in services/shared/ledger/audit.ts, where each number is explained. */
export const LedgerAudit = z
  .object({
    at: time.describe("The moment of the look, by the database's clock"),
    accepted: count,
    done: count,
    failed: count,
    cancelled: count,
    open: count.describe('Not final: accepted = done + failed + cancelled + open'),
    unpublished: count.describe('Of the open ones: not with the broker yet'),
    inside_requests: count.describe('Of the open ones: done inside a request'),
    redelivered: count.describe('A message of it was handed out a second time'),
    retried: count.describe('Some role needed more than one attempt'),
    duplicate_deliveries: count.describe('Results that came once more; they changed nothing'),
    duplicate_effects: count.describe('How often an item became final again: 0, or a promise is broken'),
    inconsistencies: z.array(z.string()).describe('Where the books contradict themselves'),
    open_items: z
      .array(
        z.object({
          item: z.string(),
          job: z.uuid(),
          index: z.int().min(0),
          accepted_at: time,
          published_at: time.nullable(),
        }),
      )
      .describe('At most 1000, the oldest first'),
    more: z.boolean().describe('There are more open items than are listed'),
    unsafe: z.boolean().describe('The front end sends without its guarantees (UNSAFE_MESSAGING)'),
  })
  .meta({ id: 'LedgerAudit' }) satisfies z.ZodType<Audit>;
export type LedgerAudit = z.infer<typeof LedgerAudit>;

export function createLedgerRoutes({ database, web }: LedgerParts) {
  return {
    async audit(request: Request, response: Response): Promise<void> {
      const { before, job, after } = validate(LedgerQuery, request.query, 'query');
      const until = before === undefined ? undefined : new Date(before);
      const audit = await auditLedger(database, { before: until, job, after });
      const health = web.health();
      response.json({ ...audit, unsafe: health.ok && health.detail?.unsafe === true } satisfies LedgerAudit);
    },
  };
}
