// Lines of the drawings: ways with round corners, and the heads of arrows.
import { element } from '../../simulation/svg.ts';

export type Point = readonly [x: number, y: number];

const ROUND = 10;
const HEAD = 9;

const at = ([x, y]: Point): string => `${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10}`;

/** The point so far from `corner` on the way to `other`; not more than half of it. */
function towards(corner: Point, other: Point): Point {
  const [dx, dy] = [other[0] - corner[0], other[1] - corner[1]];
  const length = Math.hypot(dx, dy) || 1;
  const share = Math.min(ROUND, length / 2) / length;
  return [corner[0] + dx * share, corner[1] + dy * share];
}

/** A way through points, its corners round. */
export function way(points: readonly Point[], kind: string): string {
  const d = points.map((point, i) => {
    const [before, after] = [points[i - 1], points[i + 1]];
    if (before === undefined) return `M${at(point)}`;
    if (after === undefined) return `L${at(point)}`;
    return `L${at(towards(point, before))}Q${at(point)} ${at(towards(point, after))}`;
  });
  return element('path', { class: `way ${kind}`, d: d.join('') });
}

/** The head of an arrow that ends here. */
export function head([x, y]: Point, to: 'right' | 'up' | 'down', kind: string): string {
  const half = HEAD / 2;
  const back = {
    right: [`${-HEAD} ${-half}`, `0 ${HEAD}`],
    up: [`${-half} ${HEAD}`, `${HEAD} 0`],
    down: [`${-half} ${-HEAD}`, `${HEAD} 0`],
  }[to];
  return element('path', { class: `head ${kind}`, d: `M${at([x, y])}l${back.join('l')}Z` });
}

/** Where a way that ends in a head has to stop. */
export const beforeHead = (end: number): number => end - HEAD + 1;
