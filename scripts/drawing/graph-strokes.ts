// The characters that a graph is drawn with: lines and arrows, or plain ASCII.

export interface Strokes {
  corners: readonly [topLeft: string, topRight: string, bottomLeft: string, bottomRight: string];
  line: { across: string; down: string };
  dashed: { across: string; down: string };
  /** Out of a box, to the right and downwards. */
  leave: { right: string; down: string };
  arrive: { right: string; up: string };
  /** Of a lane: its left end, its right end, an end between them, and where it passes beneath a line that goes on. */
  lane: { left: string; right: string; between: string; crossing: string };
  more: string;
}

export const LINES: Strokes = {
  corners: ['┌', '┐', '└', '┘'],
  line: { across: '─', down: '│' },
  dashed: { across: '╌', down: '╎' },
  leave: { right: '├', down: '┬' },
  arrive: { right: '►', up: '▲' },
  lane: { left: '└', right: '┘', between: '┴', crossing: '┼' },
  more: '…',
};

export const ASCII: Strokes = {
  corners: ['+', '+', '+', '+'],
  line: { across: '-', down: '|' },
  dashed: { across: '.', down: ':' },
  leave: { right: '|', down: '+' },
  arrive: { right: '>', up: '^' },
  lane: { left: '+', right: '+', between: '+', crossing: '|' },
  more: '~',
};
