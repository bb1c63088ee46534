// Who goes first when there are to be fewer: whoever is missed least.
import type { Replica } from './driver.ts';

export interface Candidate {
  replica: Replica;
  crashLooping: boolean;
  /** Messages in its hands; undefined where it does not say, which counts as busy. */
  inHand?: number;
}

/** Crash-looping ones, those that still boot, then those that do their work. */
function rank({ replica, crashLooping }: Candidate): number {
  if (crashLooping) return 0;
  return replica.state === 'starting' ? 1 : 2;
}

/** All of them, in the order in which they go: idle before busy, the least busy first, and the newest among equals. */
export function firstToGo(candidates: readonly Candidate[]): Replica[] {
  const work = ({ inHand }: Candidate): number => inHand ?? Number.MAX_SAFE_INTEGER;
  return [...candidates]
    .sort((a, b) => {
      const byRank = rank(a) - rank(b);
      if (byRank !== 0) return byRank;
      const byWork = rank(a) === 2 ? work(a) - work(b) : 0;
      return byWork || b.replica.requestedAt - a.replica.requestedAt || b.replica.id.localeCompare(a.replica.id);
    })
    .map(({ replica }) => replica);
}
