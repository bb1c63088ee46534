// What the workers report of themselves: each ready replica's page is read, all at once and within a second. What counts is what changed
// since the page was read before. A replica without a page (a foreign participant) is left out.
import { readMetrics, sumOf } from './metrics-page.ts';
import type { PlatformReplica } from './platform-client.ts';

/** Of one role, over the time between the last two looks. What no replica reports is missing. */
export interface WorkersReading {
  /** Calls to a vendor a second, those that were refused for their rate among them. */
  vendorCalls?: number;
  /** Share of those that were refused, 0 to 1. Missing where there were none. */
  refusedShare?: number;
  /** How many cores a replica uses, on average. */
  coresUsed?: number;
  /** Jobs in hand. */
  inHand?: number;
  /** They have written results into the database. */
  writesDatabase: boolean;
  /** How many replicas have a page. */
  reporting: number;
}

export interface Workers {
  /** Reads the pages of these replicas at `at` (seconds of any clock that does not go back). Never rejects. */
  look(replicas: readonly PlatformReplica[], at: number): Promise<Map<string, WorkersReading>>;
}

const CALLS = 'queuelab_vendor_calls_total';
const CPU = 'process_cpu_seconds_total';
const IN_HAND = 'queuelab_messages_in_hand';
const WRITTEN = 'queuelab_items_stored_total';
const WANTED = [CALLS, CPU, IN_HAND, WRITTEN];
/** What is compared with an older page than this is an average over a time that is gone. */
const LONGEST_GAP_SECONDS = 60;
const LIMIT_MS = 1_000;

interface Page {
  at: number;
  role: string;
  calls?: number | undefined;
  refused?: number | undefined;
  cpu?: number | undefined;
  inHand?: number | undefined;
  writes: boolean;
}

export function createWorkers({ limitMs = LIMIT_MS }: { limitMs?: number } = {}): Workers {
  const before = new Map<string, Page>();

  async function read({ address, role }: PlatformReplica, at: number): Promise<Page | undefined> {
    try {
      const response = await fetch(`http://${address}/metrics`, {
        headers: { connection: 'close' },
        redirect: 'error',
        signal: AbortSignal.timeout(limitMs),
      });
      if (!response.ok) {
        await response.body?.cancel();
        return undefined;
      }
      const found = readMetrics(await response.text(), WANTED);
      const calls = found.get(CALLS);
      return {
        at,
        role,
        calls: sumOf(calls),
        refused: sumOf(calls, 'outcome="rate-limited"'),
        cpu: sumOf(found.get(CPU)),
        inHand: sumOf(found.get(IN_HAND)),
        writes: (sumOf(found.get(WRITTEN)) ?? 0) > 0,
      };
    } catch {
      return undefined; // it boots, ends, or has something else there: the others say enough
    }
  }

  return {
    async look(replicas, at) {
      const asked = replicas.filter(
        ({ state, address, paused, cut }) => state === 'ready' && address && !paused && !cut,
      );
      const pages = new Map<string, Page>();
      await Promise.all(
        asked.map(async (replica) => {
          const page = await read(replica, at);
          if (page !== undefined) pages.set(replica.id, page);
        }),
      );
      const roles = new Set([...pages.values()].map(({ role }) => role));
      const readings = new Map(
        [...roles].map((role) => {
          const own = [...pages].filter(([, page]) => page.role === role);
          return [role, readingOf(own.map(([id, page]) => ({ page, last: before.get(id) })))];
        }),
      );
      for (const [id, page] of pages) before.set(id, page);
      for (const [id, page] of before) if (page.at < at - LONGEST_GAP_SECONDS) before.delete(id);
      return readings;
    },
  };
}

interface Steps {
  page: Page;
  last: Page | undefined;
}

/** By how much a counter of these replicas has grown, all together; undefined where none has it twice. A replica may begin again at 0. */
function growth(steps: readonly Steps[], counter: 'calls' | 'refused' | 'cpu'): number | undefined {
  let sum: number | undefined;
  for (const { page, last } of steps) {
    const after = page[counter];
    const earlier = last?.[counter];
    if (after !== undefined && earlier !== undefined) sum = (sum ?? 0) + Math.max(0, after - earlier);
  }
  return sum;
}

function readingOf(steps: readonly Steps[]): WorkersReading {
  const reading: WorkersReading = { reporting: steps.length, writesDatabase: steps.some(({ page }) => page.writes) };
  const known = steps.filter(({ last }) => last !== undefined);
  const seconds = known.reduce((sum, { page, last }) => sum + page.at - last!.at, 0);
  const calls = growth(known, 'calls');
  const refused = growth(known, 'refused');
  const cpu = growth(known, 'cpu');
  if (calls !== undefined && seconds > 0) reading.vendorCalls = (calls / seconds) * known.length;
  if (calls !== undefined && calls > 0) reading.refusedShare = Math.min(1, (refused ?? 0) / calls);
  if (cpu !== undefined && seconds > 0) reading.coresUsed = cpu / seconds;
  const held = steps.flatMap(({ page }) => (page.inHand === undefined ? [] : [page.inHand]));
  if (held.length > 0) reading.inHand = held.reduce((sum, one) => sum + one, 0);
  return reading;
}
