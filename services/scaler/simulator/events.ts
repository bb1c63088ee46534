// The events of a simulation, each packed into one number: what happens, in which role, to which slot or replica.

/** Constants and not an enumeration, as this is compared millions of times. */
export const DONE = 0;
export const BOOTED = 1;
export const CRASHED = 2;
export const LOOK = 3;
export const SAMPLE = 4;
export const PLANNED = 5;

/** At most 16 roles in a row, and 16 million slots. */
export const MOST_ROLES = 16;

export function pack(kind: number, role: number, index: number): number {
  return kind + 8 * (role + MOST_ROLES * index);
}
export function kindOf(code: number): number {
  return code & 7;
}
export function roleOf(code: number): number {
  return (code >> 3) & (MOST_ROLES - 1);
}
export function indexOf(code: number): number {
  return code >> 7;
}
