// Output for people: tables that line up, durations, and colours where the terminal shows them.
import { stripVTControlCharacters, styleText } from 'node:util';

export type Style = Parameters<typeof styleText>[0];

/** Colours on a terminal only; NO_COLOR is honoured. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

const widthOf = (text: string): number => stripVTControlCharacters(text).length;

/** Columns that line up, numbers to the right; the first row is the heading, where there is one. */
export function table(rows: readonly (readonly string[])[], { indent = '', heading = true } = {}): string {
  const columns = rows[0]?.length ?? 0;
  const isNumber = (text: string): boolean => /^-?\d/.test(stripVTControlCharacters(text)) || text === '';
  const shape = Array.from({ length: columns }, (_, i) => ({
    width: Math.max(...rows.map((row) => widthOf(row[i] ?? ''))),
    right: rows.length > 1 && rows.slice(heading ? 1 : 0).every((row) => isNumber(row[i] ?? '')),
  }));
  const cell = (text: string, i: number): string => {
    const space = ' '.repeat(shape[i]!.width - widthOf(text));
    return shape[i]!.right ? space + text : text + space;
  };
  return rows
    .map((row, n) => {
      const line = indent + row.map(cell).join('  ').trimEnd();
      return heading && n === 0 ? paint('dim', line) : line;
    })
    .join('\n');
}

/** 0.042 → `42 ms`, 3.21 → `3.2 s`, 75 → `1 min 15 s`. */
export function seconds(value: number): string {
  if (value < 1) return `${Math.round(value * 1000)} ms`;
  if (value < 60) return `${value.toFixed(1)} s`;
  return `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
}

/** `1 image`, `20 images` */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
