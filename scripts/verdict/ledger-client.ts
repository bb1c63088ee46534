// Asks a front end for the audit of its ledger.
import { LedgerAudit } from '../../services/frontend/ledger-routes.ts';
import type { OpenItem } from '../../services/shared/ledger/audit.ts';
import { CannotRun } from '../command.ts';
import { printable } from '../printable.ts';

const TIMEOUT_MS = 25_000;
/** Pages of a thousand open items. Beyond them nobody reads names any more. */
const MOST_PAGES = 50;

interface Question {
  /** ISO, by the ledger's clock. */
  before?: string;
  job?: string;
  after?: string;
}

export interface LedgerClient {
  /** @throws {CannotRun} with a sentence */
  audit(question: Question): Promise<LedgerAudit>;
  /** The open items of an audit, those too that are not in its list. `whole`: all of them. */
  openItems(audit: LedgerAudit, question: Question): Promise<{ items: OpenItem[]; whole: boolean }>;
}

/** @param base http://127.0.0.1:8080 */
export function ledgerClient(base: string): LedgerClient {
  async function audit(question: Question): Promise<LedgerAudit> {
    const asked = Object.entries(question).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const path = `/ledger?${new URLSearchParams(asked)}`;
    const response = await fetch(base + path, { signal: AbortSignal.timeout(TIMEOUT_MS) }).catch((error: Error) => {
      const why = (error.cause as Error | undefined)?.message || error.message;
      throw new CannotRun(`the front end at ${base} does not answer (${why})`);
    });
    const body = (await response.json().catch(() => ({}))) as { detail?: unknown };
    if (response.ok) return LedgerAudit.parse(body);
    const detail = typeof body.detail === 'string' ? body.detail : `it answered ${response.status}`;
    throw new CannotRun(`the front end at ${base} cannot audit the ledger: ${printable(detail)}`);
  }

  return {
    audit,
    async openItems(first, question) {
      const items = [...first.open_items];
      let { more } = first;
      for (let page = 1; more && page < MOST_PAGES; page += 1) {
        const next = await audit({ ...question, after: items.at(-1)!.item });
        items.push(...next.open_items);
        more = next.more;
      }
      return { items, whole: !more };
    },
  };
}
