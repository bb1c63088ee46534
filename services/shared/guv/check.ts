// What makes a configuration wrong, beyond its being YAML: keys, values, and numbers that contradict each other.
import { keyOf, spellings } from './keys.ts';
import { nearest } from './nearest.ts';
import { ALL, type NormalizedRole } from './normalize.ts';
import type { GuvProblem } from './problem.ts';
import type { RoleSettings } from './settings.ts';
import { valueProblem } from './value.ts';
import type { GuvText } from './yaml-text.ts';

export interface Checking {
  text: GuvText;
  /** Accept what guv's rule can be applied to: unknown keys, deadlines that cannot be met. */
  lenient: boolean;
  /** Unknown keys that are allowed. */
  allow: readonly string[];
}

/** A replica is called role-<number>, and a queue role.IN: what fits into such names. */
const ROLE = /^[A-Za-z0-9][\w.-]{0,99}$/;

function unknownKey(name: string, value: unknown): string {
  const joined = /^([\w-]+):(.*)$/.exec(name);
  if (joined && value === null) {
    const [, key = '', rest = ''] = joined;
    return `is an unknown property; a space is missing after the colon: ${key}: ${rest}`;
  }
  const near = nearest(name, spellings());
  return `is an unknown property; ${near === undefined ? './lab guv keys lists those that there are' : `did you mean ${near}?`}`;
}

/** Problems of the keys and values of one entry; where there are none, it can be normalised. */
export function checkEntry(role: string, entry: unknown, { text, lenient, allow }: Checking): GuvProblem[] {
  const problems: GuvProblem[] = [];
  const add = (message: string, key?: string): void => {
    problems.push({ ...text.where(role, key), role, ...(key === undefined ? {} : { key }), text: message });
  };
  if (role !== ALL && !ROLE.test(role))
    add(`${JSON.stringify(role)} is no name for a role: letters, digits and . _ - only`);
  if (entry === null) return problems;
  if (typeof entry !== 'object' || Array.isArray(entry)) {
    const joined =
      typeof entry === 'string' && /^\w+:\S/.test(entry) ? ` (a space is missing after the colon in ${entry})` : '';
    add(`${role} must be a mapping such as {deadline: 15, max: 4}, got ${JSON.stringify(entry).slice(0, 60)}${joined}`);
    return problems;
  }
  const seen = new Map<string, string>();
  for (const [name, value] of Object.entries(entry)) {
    const key = keyOf(name);
    if (key === undefined) {
      if (!lenient && !allow.includes(name)) add(`${role}.${name} ${unknownKey(name, value)}`, name);
      continue;
    }
    const problem = valueProblem(key, value, { lenient });
    if (problem !== undefined) add(`${role}.${name} ${problem}`, name);
    const other = seen.get(key.name);
    if (other !== undefined && !lenient) add(`${role}.${name} and ${role}.${other} are the same key`, name);
    seen.set(key.name, name);
  }
  return problems;
}

/** The spelling of a key that the role's entry has, or that of '*' from which it comes. */
function placeOf({ text }: Checking, role: string, name: string): Pick<GuvProblem, 'line' | 'column' | 'key'> {
  const key = keyOf(name);
  for (const entry of [role, ALL]) {
    const written = text.plain.get(entry);
    if (typeof written !== 'object' || written === null) continue;
    const spelt = [name, ...(key?.short ?? [])].find((spelling) => Object.hasOwn(written, spelling));
    if (spelt !== undefined) return { ...text.where(entry, spelt), key: spelt };
  }
  return text.where(role);
}

/** Numbers of one role that cannot all be true. */
export function checkRole(role: RoleSettings, normal: NormalizedRole, checking: Checking): GuvProblem[] {
  const problems: GuvProblem[] = [];
  const add = (key: string, text: string): void => {
    problems.push({ ...placeOf(checking, role.role, key), role: role.role, text: `${role.role}: ${text}` });
  };
  const { minimum, maximum, fallback, deadline, processing } = role;
  if (minimum > maximum) add('minimum', `minimum ${minimum} is above maximum ${maximum}`);
  else if (fallback !== 'hold') {
    const number = 'higher' in fallback ? fallback.higher : fallback.fixed;
    if (number < minimum || number > maximum) {
      add('fallback', `fallback ${number} is not from minimum ${minimum} to maximum ${maximum}`);
    }
  }
  for (const error of normal.errors) {
    const instead = `a target that cannot be met: the deadline of ${deadline} s leaves too little beside the ${processing} s of a job and their spread`;
    add('deadline', `${error[0]!.toLowerCase()}${error.slice(1)} (${instead})`);
  }
  if (normal.errors.length === 0 && role.target > deadline) {
    add('target', `target ${role.target} is above deadline ${deadline}`);
  }
  return problems;
}

/** Two roles that would pull on the same service. */
export function checkWorkers(roles: readonly RoleSettings[], checking: Checking): GuvProblem[] {
  const owners = new Map<string, string>();
  const problems: GuvProblem[] = [];
  for (const { role, worker } of roles) {
    const owner = owners.get(worker);
    if (owner === undefined) owners.set(worker, role);
    else
      problems.push({
        ...placeOf(checking, role, 'worker'),
        role,
        text: `${role} and ${owner} scale the same worker, ${worker}`,
      });
  }
  return problems;
}
