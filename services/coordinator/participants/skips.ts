// A bounded memory of what was skipped and why: how often, and the last few reasons.

export interface Skips {
  add(why: string, at: number): void;
  summary(): { count: number; last: { at: number; why: string }[] };
}

const MOST_REASONS = 20;
/** Letters; a reason may quote what was sent. */
const MOST_LETTERS = 300;

export function createSkips(): Skips {
  let count = 0;
  let last: { at: number; why: string }[] = [];
  return {
    add(why, at) {
      count += 1;
      last.push({ at, why: why.slice(0, MOST_LETTERS) });
      if (last.length > 2 * MOST_REASONS) last = last.slice(-MOST_REASONS);
    },
    summary: () => ({ count, last: last.slice(-MOST_REASONS) }),
  };
}
