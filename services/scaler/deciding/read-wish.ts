// What a policy gave back, checked: whoever wrote it may be wrong, and a wrong number must not become replicas.
import type { Wish } from './types.ts';

/** More than this is no wish but a mistake: a unit mixed up, a division by nearly zero. Anything less is bounded by `maximum`. */
export const MOST_REPLICAS = 10_000;

export type ReadWish = { wish: Wish } | { problem: string };

const shown = (value: unknown): string => {
  if (typeof value === 'number' || value === undefined) return String(value);
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};

/** A whole number from 0, or a fraction, which counts as the next one. */
export const isReplicas = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= MOST_REPLICAS;

/** Of a policy of ours: its wish as it is, or what is wrong with it. */
export function checkWish(wish: Wish): ReadWish {
  if (isReplicas(wish.replicas)) return { wish };
  return { problem: `asked for ${shown(wish.replicas)} replicas: a number from 0 to ${MOST_REPLICAS} was expected` };
}

const LONGEST_REASON = 300;

/** Of somebody's own policy: a number, or `{replicas, reason?}`. */
export function readWish(answer: unknown): ReadWish {
  const given =
    typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : { replicas: answer };
  if (!isReplicas(given.replicas)) {
    const what = 'replicas' in given ? `asked for ${shown(given.replicas)} replicas` : `answered ${shown(answer)}`;
    return { problem: `${what}: a number from 0 to ${MOST_REPLICAS}, or {replicas, reason}, was expected` };
  }
  const reason = typeof given.reason === 'string' ? given.reason.slice(0, LONGEST_REASON) : undefined;
  const replicas = Math.ceil(given.replicas);
  return { wish: { replicas, term: 'own', formula: reason ?? `${replicas}` } };
}
