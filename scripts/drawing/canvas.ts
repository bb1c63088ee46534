// A sheet of character cells to draw on, each with its colour.
import { paint, type Style } from '../terminal.ts';

interface Cell {
  char: string;
  style?: Style;
}

export interface Canvas {
  /** The character at a place; a space where nothing was drawn. */
  at(x: number, y: number): string;
  /** Writes to the right of a place, over what is there. */
  put(x: number, y: number, text: string, style?: Style): void;
  /** The lines from the top to the lowest that was drawn on, without spaces at their ends. */
  lines(): string[];
}

export function createCanvas(): Canvas {
  const rows: Cell[][] = [];
  return {
    at: (x, y) => rows[y]?.[x]?.char ?? ' ',
    put(x, y, text, style) {
      while (rows.length <= y) rows.push([]);
      const row = rows[y]!;
      for (const [i, char] of [...text].entries()) {
        while (row.length < x + i) row.push({ char: ' ' });
        row[x + i] = { char, style };
      }
    },
    lines: () => rows.map(lineOf),
  };
}

function lineOf(row: readonly Cell[]): string {
  let line = '';
  let end = row.length;
  while (end > 0 && row[end - 1]!.char === ' ') end -= 1;
  for (let from = 0; from < end; ) {
    const { style } = row[from]!;
    let to = from;
    let text = '';
    while (to < end && row[to]!.style === style) text += row[to++]!.char;
    line += style === undefined ? text : paint(style, text);
    from = to;
  }
  return line;
}
