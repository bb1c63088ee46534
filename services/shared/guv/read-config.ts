// Reads guv.yaml: guv's format, its defaults, and the keys that the lab adds. What is wrong is refused, each problem with its line.
import { type Checking, checkEntry, checkRole, checkWorkers } from './check.ts';
import { keyOf } from './keys.ts';
import { nearest } from './nearest.ts';
import { ALL, longNames, type NormalizedRole, normalize } from './normalize.ts';
import { GuvConfigError, type GuvProblem } from './problem.ts';
import { roleSettings } from './role-settings.ts';
import type { RoleSettings } from './settings.ts';
import { type Place, readGuvText } from './yaml-text.ts';

export interface GuvConfig {
  /** In the file's order. */
  roles: RoleSettings[];
  /** guv's own normal form, with '*'. */
  normalized: Record<string, NormalizedRole>;
  /** Not wrong, but without the effect that somebody may expect: keys of guv's that mean nothing here. */
  notes: GuvProblem[];
  /** Where a role, or one of its keys as it is spelt there, stands in the file. */
  where(role: string, key?: string): Place;
}

export interface ReadOptions {
  /** As guv reads: unknown keys and deadlines that cannot be met pass. For `./lab guv decide`; a scaler never reads so. */
  lenient?: boolean;
  /** Unknown keys that are allowed. */
  allow?: readonly string[];
}

type Entries = Map<string, Record<string, unknown>>;

function notesOf(entries: ReadonlyMap<string, Record<string, unknown>>, where: GuvConfig['where']): GuvProblem[] {
  return [...entries].flatMap(([role, entry]) =>
    Object.keys(entry).flatMap((key) => {
      const idle = keyOf(key)?.idle;
      if (idle === undefined || idle === '') return [];
      return [{ ...where(role, key), role, key, text: `${role}.${key} has no effect here: ${idle}` }];
    }),
  );
}

/**
 * @param text YAML or JSON, at most 1 MB
 * @param file its name, for the messages
 * @throws {GuvConfigError} with every problem that was found
 */
export function readGuvConfig(text: string, file = 'guv.yaml', options: ReadOptions = {}): GuvConfig {
  const { lenient = false, allow = [] } = options;
  const read = readGuvText(text);
  const refuseIf = (problems: readonly GuvProblem[]): void => {
    if (problems.length > 0) throw new GuvConfigError(file, problems);
  };
  refuseIf(read.problems);
  if (text.trim() === '' && !lenient) refuseIf([{ ...read.where(), text: 'the file is empty' }]);
  const checking: Checking = { text: read, lenient, allow };
  const faults = [...read.plain].flatMap(([role, entry]) => checkEntry(role, entry, checking));
  const faulty = new Set(faults.map(({ role }) => role));
  // What stands in '*' is part of every role. Otherwise the sound roles are looked at all the same: all that is wrong is told at once.
  if (lenient || faulty.has(ALL)) refuseIf(faults);

  const entries: Entries = new Map(
    [...read.plain]
      .filter(([role]) => !faulty.has(role))
      .map(([role, entry]) => [role, longNames((entry ?? {}) as Record<string, unknown>)]),
  );
  const normalized = normalize(entries);
  const all = entries.get(ALL) ?? {};
  const roles = [...entries]
    .filter(([role]) => role !== ALL)
    .map(([role, entry]) => roleSettings(role, normalized[role]!, { ...all, ...entry }));
  if (!lenient) {
    const contradictions = roles.flatMap((role) => checkRole(role, normalized[role.role]!, checking));
    refuseIf([...faults, ...contradictions, ...checkWorkers(roles, checking)].sort((a, b) => a.line - b.line));
  }
  return { roles, normalized, notes: notesOf(entries, read.where), where: read.where };
}

/**
 * Roles whose worker is none of the services that can be scaled, each with its line.
 * @param services what can be scaled: the platform knows
 */
export function checkRoles(config: GuvConfig, services: readonly string[]): GuvProblem[] {
  return config.roles
    .filter(({ worker }) => !services.includes(worker))
    .map(({ role, worker }) => {
      const near = nearest(worker, services);
      const there = near === undefined ? `there are ${services.join(', ') || 'none'}` : `did you mean ${near}?`;
      const what =
        worker === role
          ? `${role} is no service that can be scaled`
          : `${role}: its worker ${worker} is no service that can be scaled`;
      return { ...config.where(role), role, text: `${what}; ${there}` };
    });
}
