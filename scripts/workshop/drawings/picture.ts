// The frame of a drawing: a paper of its own with colours for light and dark, and letters that can be read at 800 pixels.
import { element, label } from '../../simulation/svg.ts';

/** Pixels; a page shows it a little smaller. */
export const WIDTH = 960;
export const MARGIN = 16;

const LIGHT = `--paper: #fbfcfd; --card: #ffffff; --ink: #17212b; --faint: #556370; --line: #c9d3dc; --grid: #e4e9ee;
  --flow: #1763bd; --flow-back: #dcebfb; --failure: #b3261e; --news: #6d7a87;
  --working: #1763bd; --waiting: #d98a00; --late: #c23a12; --missed: #8d1533; --deadline: #a3122c;
  --role-1: #6a4fc4; --role-2: #c98100; --role-3: #0a8a78; --role-4: #b0467f;`;
const DARK = `--paper: #10161c; --card: #18212a; --ink: #eef2f5; --faint: #a7b4c0; --line: #3a4a58; --grid: #26323d;
  --flow: #6fb1ff; --flow-back: #17314d; --failure: #ff8a80; --news: #8c9aa8;
  --working: #6fb1ff; --waiting: #f2b84b; --late: #ff9a6b; --missed: #ff7c9a; --deadline: #ff8095;
  --role-1: #a893ff; --role-2: #f2b84b; --role-3: #45cdb6; --role-4: #f08fc0;`;

const STYLE = `
svg { ${LIGHT} font: 14px system-ui, 'Segoe UI', Helvetica, Arial, 'DejaVu Sans', sans-serif; }
@media (prefers-color-scheme: dark) { svg { ${DARK} } }
text { fill: var(--ink); }
.paper { fill: var(--paper); stroke: var(--line); } .card { fill: var(--card); stroke: var(--line); stroke-width: 1.5; }
.title { font-size: 17px; font-weight: 650; } .name { font-weight: 650; } .faint, .tick { fill: var(--faint); }
`;

export interface Frame {
  height: number;
  width?: number;
  /** What a person who does not see it is told. */
  about: string;
  /** What this drawing adds to the style. */
  style: string;
}

/** @returns the text of an SVG file */
export function picture({ height, width = WIDTH, about, style }: Frame, inside: readonly string[]): string {
  const frame = { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${width} ${height}`, width, height };
  const paper = element('rect', { class: 'paper', x: 0.5, y: 0.5, width: width - 1, height: height - 1, rx: 12 });
  const parts = [`<style>${STYLE}${style}</style>`, paper, ...inside.filter((part) => part !== '')];
  return `${element('svg', { ...frame, role: 'img', 'aria-label': about }, `\n${parts.join('\n')}\n`)}\n`;
}

/** Words of a class at a place. */
export function words(x: number, y: number, text: string, kind = '', anchor?: 'middle' | 'end'): string {
  return label(x, y, text, { class: kind === '' ? undefined : kind, 'text-anchor': anchor });
}
