// A series as bars of block characters, some lines high: legible without colour, in any terminal.

export interface BarOptions {
  columns: number;
  /** Lines. */
  height: number;
  /** What a full bar stands for. */
  highest: number;
  /** Block characters, else what every terminal has. */
  unicode: boolean;
}

const BLOCKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const PLAIN = ['.', ':', '|'];

/** The highest of the values that fall into each column: a peak is never lost. Columns without any value are NaN. */
export function columnsOf(values: readonly number[], columns: number): number[] {
  return Array.from({ length: columns }, (_, i) => {
    const from = Math.floor((i * values.length) / columns);
    const to = Math.max(from + 1, Math.floor(((i + 1) * values.length) / columns));
    const seen = values.slice(from, to).filter(Number.isFinite);
    return seen.length === 0 ? Number.NaN : Math.max(...seen);
  });
}

/** The lines, from the top. Whatever is more than nothing shows; nothing is a space. */
export function bars(values: readonly number[], { columns, height, highest, unicode }: BarOptions): string[] {
  const levels = unicode ? BLOCKS : PLAIN;
  const full = levels.length;
  const heights = columnsOf(values, columns).map((value) => {
    if (!(value > 0) || highest <= 0) return 0;
    return Math.max(1, Math.min(height * full, Math.round((value / highest) * height * full)));
  });
  return Array.from({ length: height }, (_, line) => {
    const below = (height - 1 - line) * full;
    return heights
      .map((one) => (one <= below ? ' ' : levels[Math.min(full, one - below) - 1]!))
      .join('')
      .trimEnd();
  });
}
