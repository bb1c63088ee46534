// Asks the broker whether anything is bound to an exchange, so that a front end nobody listens to does not call itself ready.
import type { Management } from '../shared/messaging/management.ts';
import type { Route } from './readiness.ts';

const LIMIT_MS = 1_500;

/** What was known last is taken for so long, milliseconds: readiness is asked for often. */
const FRESH_MS = 1_000;

export function createRouteCheck(management: Pick<Management, 'bindings'>, exchange: string): () => Promise<Route> {
  let last: { route: Promise<Route>; at: number } | undefined;
  const ask = async (): Promise<Route> => {
    const limit = new Promise<Route>((resolve) => setTimeout(resolve, LIMIT_MS, 'unknown').unref());
    const answer = management.bindings().then(
      (bindings): Route => (bindings.some(({ source }) => source === exchange) ? 'connected' : 'missing'),
      (): Route => 'unknown', // the management API is away; that says nothing about the route
    );
    return Promise.race([answer, limit]);
  };
  return () => {
    const now = Date.now();
    if (last === undefined || now - last.at > FRESH_MS) last = { route: ask(), at: now };
    return last.route;
  };
}
