// What people tell the scaler: a mode, and for each role a pause or a number. Each says what was done and how to undo it.
import type { Restored } from '../../services/scaler/restore.ts';
import type { Mode } from '../../services/scaler/state.ts';
import { CannotRun, wholeNumber } from '../command.ts';
import { printable } from '../printable.ts';
import type { ServiceClient } from '../service-client.ts';
import { plural } from '../terminal.ts';

/** More than any bound that the platform would allow. */
const MOST = 1_000;

const MODES: Record<Mode, string> = {
  off: 'the scaler looks, and decides nothing',
  advise: 'the scaler says what it would do, and does nothing: ./lab autoscale status',
  act: 'the scaler sets the number of replicas of each role; ./lab autoscale status shows it, off ends it',
};

/** What was answered, and a sentence for people. */
export interface Done {
  answer: unknown;
  text: string;
}

/** Said where it is not so that a restart of the scaler would remember it. */
const unsaved = ({ saved }: { saved?: boolean }): string =>
  saved === false ? '\nthe broker could not save it yet: a restart of the scaler would forget it' : '';

function restoredText({ role, from, to, problem }: Restored): string {
  const change = to === undefined ? '' : from === to ? ` has ${to} already` : ` ${from} → ${to}`;
  return `  ${printable(role)}${change}${problem === undefined ? '' : `: ${printable(problem)}`}`;
}

/** `restore`: the numbers of docker-compose.yml are set again. */
export async function setMode(client: ServiceClient, mode: Mode, { restore = false } = {}): Promise<Done> {
  const body = { mode, ...(restore ? { restore } : {}) };
  const answer = await client.put<{ saved?: boolean; restored?: Restored[] }>('/mode', body);
  const { restored = [] } = answer;
  return { answer, text: [`${mode}: ${MODES[mode]}${unsaved(answer)}`, ...restored.map(restoredText)].join('\n') };
}

interface Steered {
  saved?: boolean;
}

const steeringPath = (role: string): string => `/roles/${encodeURIComponent(role)}/steering`;

const PAUSES = {
  both: 'gets neither more nor fewer replicas',
  in: 'gets no fewer replicas; more it may still get',
  out: 'gets no more replicas; fewer it may still get',
};

/** @throws {CannotRun} where the direction is none */
export async function pauseRole(client: ServiceClient, role: string, direction?: string): Promise<Done> {
  if (direction !== undefined && direction !== 'in' && direction !== 'out') {
    throw new CannotRun(
      `expected in (no fewer replicas) or out (no more), got ${JSON.stringify(printable(direction))}`,
    );
  }
  const paused = direction ?? 'both';
  const answer = await client.put<Steered>(steeringPath(role), { paused });
  return {
    answer,
    text: `${printable(role)} ${PAUSES[paused]}, until ./lab autoscale resume ${printable(role)}${unsaved(answer)}`,
  };
}

export async function resumeRole(client: ServiceClient, role: string): Promise<Done> {
  const answer = await client.put<Steered>(steeringPath(role), { paused: null });
  return { answer, text: `${printable(role)} is no longer paused${unsaved(answer)}` };
}

/** @throws {CannotRun} where the number is none */
export async function fixRole(client: ServiceClient, role: string, number?: string): Promise<Done> {
  const fixed = wholeNumber('<n>', number ?? '', { min: 0, max: MOST });
  const answer = await client.put<Steered>(steeringPath(role), { fixed });
  const text = `${printable(role)} is to have ${plural(fixed, 'replica')}, until ./lab autoscale free ${printable(role)}`;
  return { answer, text: text + unsaved(answer) };
}

export async function freeRole(client: ServiceClient, role: string): Promise<Done> {
  const answer = await client.put<Steered>(steeringPath(role), { fixed: null });
  return { answer, text: `the number of ${printable(role)} is the scaler's again${unsaved(answer)}` };
}
