// The scaler's mode and the numbers of replicas: what was found, what a comparison sets, and putting back what was found.
import { setTimeout as wait } from 'node:timers/promises';
import type { ScalerStatus } from '../../services/scaler/governor.ts';
import type { RoleStatus } from '../../services/scaler/live-role.ts';
import type { Restored } from '../../services/scaler/restore.ts';
import type { Mode } from '../../services/scaler/state.ts';
import { CannotRun } from '../command.ts';
import { printable } from '../printable.ts';
import type { ServiceClient } from '../service-client.ts';
import { plural } from '../terminal.ts';

const LOOK_EVERY_MS = 1_000;
/** A lab that has not come to rest by then has other work than ours. */
const REST_LIMIT_MS = 180_000;
/** At rest in so many looks in a row: the broker's statistics are some seconds old. */
const LOOKS_AT_REST = 4;

export interface Found {
  mode: Mode;
  /** By role. */
  replicas: Record<string, number>;
}

export const statusOf = (scaler: ServiceClient): Promise<ScalerStatus> => scaler.get<ScalerStatus>('/status');

/** Those that are there to stay: they work, or will soon. */
const staying = ({ replicas }: RoleStatus): number | undefined => replicas && replicas.ready + replicas.starting;

/** Items that wait and items in hand; undefined where the scaler cannot see them. */
export const backlogOf = ({ situation }: RoleStatus): number | undefined =>
  situation && situation.waiting + situation.inHand;

/** @throws {CannotRun} where the scaler cannot do what a comparison wants of it */
export async function findState(scaler: ServiceClient): Promise<Found> {
  const { mode, roles, platform } = await statusOf(scaler);
  if (!platform.ok) throw new CannotRun(`the scaler cannot set replicas: ${printable(platform.problem ?? '')}`);
  if (roles.length === 0) throw new CannotRun('the scaler has no roles; ./lab guv validate may say why');
  const numbers = roles.flatMap((role) => {
    const count = staying(role);
    return count === undefined ? [] : [[role.role, count] as const];
  });
  return { mode, replicas: Object.fromEntries(numbers) };
}

/** Roles that a person has fixed or paused: they stay so in both runs, and that is worth saying. */
export async function heldRoles(scaler: ServiceClient): Promise<string[]> {
  const { roles } = await statusOf(scaler);
  return roles.filter(({ steering }) => Object.keys(steering).length > 0).map(({ role }) => printable(role));
}

/** Scaling off, and the numbers of docker-compose.yml. @throws {CannotRun} where a role did not get its number */
export async function scalingOff(scaler: ServiceClient): Promise<void> {
  const { restored = [] } = await scaler.put<{ restored?: Restored[] }>('/mode', { mode: 'off', restore: true });
  const failed = restored.find(({ problem }) => problem !== undefined);
  if (failed !== undefined)
    throw new CannotRun(`${printable(failed.role)} did not get the number of docker-compose.yml: ${failed.problem}`);
}

export async function scalingOn(scaler: ServiceClient): Promise<void> {
  await scaler.put('/mode', { mode: 'act' });
}

/** So many replicas of a role, until the mode or the number is set again. */
export async function setReplicas(scaler: ServiceClient, role: string, replicas: number): Promise<void> {
  await scaler.put(`/roles/${encodeURIComponent(role)}/replicas`, { replicas });
}

/** Why the lab is not at rest, or undefined where it is. */
function unrest({ roles }: ScalerStatus): string | undefined {
  for (const role of roles) {
    const name = printable(role.role);
    const backlog = backlogOf(role);
    if (backlog === undefined || role.replicas === undefined) return `${name} cannot be seen yet`;
    if (backlog > 0) return `${name} has a backlog of ${backlog}`;
    const { ready, starting, draining } = role.replicas;
    if (ready === 0 && role.minimum > 0) return `no replica of ${name} is ready`;
    if (starting + draining > 0) return `${plural(starting + draining, 'replica')} of ${name} come or go`;
  }
  return undefined;
}

/** Resolves when nothing waits, nothing is in hand and no replica comes or goes. @throws {CannotRun} after a while, with what it was */
export async function untilAtRest(scaler: ServiceClient, signal: AbortSignal): Promise<void> {
  const end = performance.now() + REST_LIMIT_MS;
  let why: string | undefined;
  for (let quiet = 0; quiet < LOOKS_AT_REST; ) {
    why = unrest(await statusOf(scaler));
    quiet = why === undefined ? quiet + 1 : 0;
    if (performance.now() > end) {
      throw new CannotRun(`the lab does not come to rest: ${why}; is there another load? ./lab status shows it`);
    }
    await wait(LOOK_EVERY_MS, undefined, { signal });
  }
}

/** The mode that was found, and where it does not set the numbers itself, these, too. Each role is tried, whatever becomes of the others. */
export async function putBack(scaler: ServiceClient, { mode, replicas }: Found): Promise<string> {
  await scaler.put('/mode', { mode });
  if (mode === 'act') return 'the scaler acts again, as it did before';
  const failures: string[] = [];
  for (const [role, count] of Object.entries(replicas)) {
    await setReplicas(scaler, role, count).catch((error: Error) => {
      failures.push(`${printable(role)}: ${error.message}`);
    });
  }
  const numbers = Object.entries(replicas).map(([role, count]) => `${printable(role)} ${count}`);
  const text = `put back as it was: scaling ${mode}, ${numbers.join(', ')}`;
  return failures.length === 0 ? text : `${text}; but not all of it could be done: ${failures.join('; ')}`;
}
