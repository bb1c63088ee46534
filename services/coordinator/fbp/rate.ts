// A bucket that fills evenly and holds a second's worth: so many a second, and a burst of as many after a rest.

export function createRate(perSecond: number, now: () => number = () => performance.now()): { take(): boolean } {
  let left = perSecond;
  let filledAt = now();
  return {
    /** Takes one, where there is one. */
    take() {
      const at = now();
      left = Math.min(perSecond, left + ((at - filledAt) / 1000) * perSecond);
      filledAt = at;
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
}
