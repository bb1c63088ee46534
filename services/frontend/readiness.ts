// Whether this front end can take a job now: the database, the broker, and a queue that is connected to its IMAGES port.
import type { Database } from '../shared/database.ts';
import type { Health } from '../shared/http.ts';
import type { Admission } from './admission/admission.ts';
import type { WebPort } from './web-participant.ts';

/** `unknown` where it could not be observed. That is no reason to be out of service. */
export type Route = 'connected' | 'missing' | 'unknown';

interface ReadinessParts {
  database: Database;
  web: WebPort;
  /** Whether what is sent on `images` gets anywhere. */
  route(): Promise<Route>;
  admission: Pick<Admission, 'state'>;
}

export interface Readiness {
  ready: boolean;
  /** For each part `ok`, or why it is not. */
  checks: { database: string; broker: string; route: string };
  /** `off`; `ok` where jobs are looked at by their deadlines; or why every job is taken. Neither is a reason to be out of service. */
  admission: string;
}

const LIMIT_MS = 1_500;

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Looks at all parts at once; answers within two seconds. */
export async function checkReadiness({ database, web, route, admission }: ReadinessParts): Promise<Readiness> {
  const health: Health = web.health();
  const [databaseCheck, routeCheck] = await Promise.all([
    // Not just any answer: the tables are there.
    database.query('SELECT FROM jobs LIMIT 1', [], { limitMs: LIMIT_MS }).then(() => 'ok', reason),
    route(),
  ]);
  const checks = {
    database: databaseCheck,
    broker: health.ok ? 'ok' : health.reason,
    route: { connected: 'ok', missing: 'no queue is connected to the IMAGES port', unknown: 'not known' }[routeCheck],
  };
  const ready = checks.database === 'ok' && checks.broker === 'ok' && routeCheck !== 'missing';
  return { ready, checks, admission: admission.state() };
}
