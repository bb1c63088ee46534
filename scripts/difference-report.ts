// Shows how a graph file differs from the live graph, line by line.
import type { Difference } from '../services/coordinator/http/graph-difference.ts';
import { printable } from './printable.ts';
import { paint, plural, table } from './terminal.ts';

/** Whether the file and the live graph say the same. An edge that only waits is in both. */
export function isSame({ add, remove, roles, initials }: Difference): boolean {
  return [add, remove, roles.add, roles.remove, initials].every(({ length }) => length === 0);
}

/** Whether making the file live takes something away. */
export const takesAway = ({ remove, roles }: Difference): boolean => remove.length > 0 || roles.remove.length > 0;

/** `+` and `-` lines as the file has them, then what waits, with the reason. */
export function differenceLines({ add, remove, roles, initials, waiting }: Difference): string[] {
  const added = (text: string): string => paint('green', `+ ${printable(text)}`);
  const removed = (text: string): string => paint('red', `- ${printable(text)}`);
  const reasons = waiting.map(({ edge, why }) => [`  ${paint('yellow', printable(edge))}`, `waits: ${printable(why)}`]);
  return [
    ...roles.add.map((role) => added(`role ${role}`)),
    ...roles.remove.map((role) => removed(`role ${role}`)),
    ...add.map(added),
    ...remove.map(removed),
    ...initials.map(added),
    ...(reasons.length === 0 ? [] : table(reasons, { heading: false }).split('\n')),
  ];
}

/** `1 edge to make, 2 to take away, 7 are the same` */
export function differenceSentence({ add, remove, unchanged }: Difference): string {
  const same = `${plural(unchanged, 'edge')} ${unchanged === 1 ? 'is' : 'are'} the same`;
  return `${plural(add.length, 'edge')} to make, ${remove.length} to take away, ${same}`;
}
