// Numbers from the command line, some of them for one role alone.
import { CannotRun, textOf } from '../command.ts';
import { printable } from '../printable.ts';

export interface Bounds {
  /** At least; `above`: more than. */
  least?: number;
  above?: number;
  most?: number;
}

/** `a number above 0`, `a number from 0 to 1` */
function wanted({ least, above, most }: Bounds): string {
  if (above !== undefined) return `a number above ${above}${most === undefined ? '' : `, up to ${most}`}`;
  return most === undefined ? `a number of ${least ?? 0} or more` : `a number from ${least ?? 0} to ${most}`;
}

/** @throws {CannotRun} naming what was expected */
export function number(what: string, text: string, bounds: Bounds): number {
  const value = Number(text);
  const { least = 0, above = Number.NEGATIVE_INFINITY, most = Number.MAX_VALUE } = bounds;
  if (text.trim() !== '' && value >= least && value > above && value <= most) return value;
  throw new CannotRun(`${what} must be ${wanted(bounds)}, got ${JSON.stringify(printable(text))}`);
}

/** An option's number, where it was given. */
export function numberOf(values: Record<string, unknown>, option: string, bounds: Bounds): number | undefined {
  const text = textOf(values[option]);
  return text === undefined ? undefined : number(`--${option}`, text, bounds);
}

/**
 * An option that may be given for all roles (`0.8`) and for one (`resize=0.8`), several times.
 * @returns the number for a role, where there is one
 * @throws {CannotRun}
 */
export function numberByRole(
  values: Record<string, unknown>,
  option: string,
  roles: readonly string[],
  bounds: Bounds,
): (role: string) => number | undefined {
  const given = values[option];
  const texts = Array.isArray(given) ? given.map(String) : [];
  let forAll: number | undefined;
  const forOne = new Map<string, number>();
  for (const text of texts.flatMap((one) => one.split(','))) {
    const [, role, value = text] = /^([^=]+)=(.*)$/.exec(text) ?? [];
    const read = number(`--${option}`, value, bounds);
    if (role === undefined) forAll = read;
    else if (roles.includes(role)) forOne.set(role, read);
    else throw new CannotRun(`--${option}: there is no role ${printable(role)}; there are ${roles.join(', ')}`);
  }
  return (role) => forOne.get(role) ?? forAll;
}
