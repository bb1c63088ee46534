// From what the ledger and the broker say to a verdict: a pure function.
import type { Audit, OpenItem } from '../../services/shared/ledger/audit.ts';
import { plural } from '../terminal.ts';
import { type BrokerLook, waitingIn } from './broker-look.ts';
import type { DeadItem, Verdict } from './types.ts';

export interface Facts {
  audit: Audit;
  /** Undefined where the broker was not needed: everything is final. */
  look: BrokerLook | undefined;
  /** Whether it is known of every open item where it is, or that it is nowhere. */
  known: boolean;
  lost: readonly OpenItem[];
  dead: readonly DeadItem[];
  unsafe: boolean;
}

/** The items that are nowhere: open, published before the quiet began, and neither waiting in a queue nor dead. */
export function missing(
  open: readonly OpenItem[],
  { since, waiting, dead }: { since: string; waiting: ReadonlySet<string>; dead: ReadonlySet<string> },
): OpenItem[] {
  const until = Date.parse(since);
  return open.filter(
    ({ item, published_at: published }) =>
      published !== null && Date.parse(published) <= until && !waiting.has(item) && !dead.has(item),
  );
}

function whereabouts({ unpublished, inside_requests: inside }: Audit, look: BrokerLook | undefined): string[] {
  const queues = (look?.queues ?? []).filter(({ kind, waiting }) => kind !== 'dead' && waiting > 0);
  return [
    ...(unpublished > 0 ? [`${unpublished} not yet with the broker: a front end publishes them`] : []),
    ...(inside > 0 ? [`${inside} inside a request`] : []),
    ...queues.map(({ name, waiting, consumers }) => {
      const nobody = consumers === 0 && !name.includes('.delay-') ? ', which nobody takes from' : '';
      return `${plural(waiting, 'message')} in ${name}${nobody}`;
    }),
    ...(look?.inHand ? [`${plural(look.inHand, 'message')} in workers' hands`] : []),
  ];
}

function wordFor(facts: Facts, inFlight: number): Verdict['verdict'] {
  if (facts.lost.length > 0) return 'lost';
  if (facts.audit.duplicate_effects > 0) return 'doubled';
  if (facts.audit.inconsistencies.length > 0) return 'inconsistent';
  return facts.known || inFlight === 0 ? 'nothing lost' : 'not at rest';
}

export function conclude(facts: Facts, at: string): Verdict {
  const { audit, look, lost, dead, unsafe } = facts;
  const { accepted, done, failed, cancelled, open, redelivered, retried } = audit;
  const inFlight = open - dead.length - lost.length;
  return {
    verdict: wordFor(facts, inFlight),
    at,
    accepted,
    done,
    failed,
    dead: dead.length,
    cancelled,
    in_flight: inFlight,
    lost: lost.length,
    redelivered,
    retried,
    duplicate_deliveries: audit.duplicate_deliveries,
    duplicate_effects: audit.duplicate_effects,
    inconsistencies: audit.inconsistencies,
    where: inFlight > 0 ? whereabouts(audit, look) : [],
    lost_items: [...lost],
    dead_items: [...dead],
    unsafe,
  };
}

/** Nothing is on its way by itself: what is open can only be waiting, dead, or nowhere. */
export function isStill(audit: Audit, look: BrokerLook): boolean {
  return look.inHand === 0 && waitingIn(look, 'delay') === 0 && audit.unpublished === 0 && audit.inside_requests === 0;
}
