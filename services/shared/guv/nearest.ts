// The known word nearest to one that is not: for `did you mean`.

/** Letters to add, take away, change, or swap with their neighbour, to make one of the other. */
export function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) least = Math.min(least, rows[i - 2]![j - 2]! + 1);
      row.push(least);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}

const plain = (word: string): string => word.toLowerCase().replaceAll(/[-_ ]/g, '');

/** The nearest of the words, where one is near enough to be meant: a third of its letters may be wrong. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  // A file may hold any text as a key: what is longer than any word by far resembles none.
  if (word.length > 40) return undefined;
  let best: { word: string; distance: number } | undefined;
  for (const one of words) {
    const distance = editDistance(plain(word), plain(one));
    if (distance < (best?.distance ?? Infinity) && distance <= Math.max(1, one.length / 3))
      best = { word: one, distance };
  }
  // A word of one or two letters is near to any other: only its own capitals count.
  if (best !== undefined && best.word.length <= 2 && best.distance > 0) return undefined;
  return best?.word;
}
