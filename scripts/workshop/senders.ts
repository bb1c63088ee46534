// Whoever sends work or moves replicas by itself: the dial and the scaler. Both are told twice: first as they are, so that nothing comes in
// their way, and again when all of the lab runs, for one that was away has not heard it.
import { setTimeout as wait } from 'node:timers/promises';
import type { LoadState } from '../../services/dial/dial.ts';
import type { ScalerStatus } from '../../services/scaler/governor.ts';
import type { Mode } from '../../services/scaler/state.ts';
import { CannotRun } from '../command.ts';
import type { LabAddresses } from '../lab-view.ts';
import { composeVariables } from '../local/local-lab.ts';
import { createServiceClient, type ServiceClient } from '../service-client.ts';

/** One that is paused, or cut off, does not answer at all; nor does the scaler, where the broker that keeps its mode is away. */
const FIRST_WORD_MS = 1_000;
/** A job on its way to the front end is answered, or given up by the front end, within that. */
const IN_FLIGHT_MS = 5_000;
/** The scaler looks at its file each second. */
const FOLLOWS_MS = 5_000;
const LOOK_EVERY_MS = 100;

const token = (): string => composeVariables('.', process.env).LAB_TOKEN || 'lab';

async function word(url: string | undefined, method: 'PUT' | 'DELETE', body?: object): Promise<void> {
  if (url === undefined) return;
  const headers = { authorization: `Bearer ${token()}`, 'content-type': 'application/json' };
  const signal = AbortSignal.timeout(FIRST_WORD_MS);
  await fetch(url, { method, headers, signal, ...(body ? { body: JSON.stringify(body) } : {}) }).catch(() => undefined);
}

/** The first time; who does not answer is asked again later. */
export async function tellFirst({ dial, scaler }: LabAddresses): Promise<void> {
  await Promise.all([word(dial && `${dial}/load`, 'DELETE'), word(scaler && `${scaler}/mode`, 'PUT', { mode: 'off' })]);
}

function clientOf(name: 'dial' | 'scaler', url: string | undefined): ServiceClient {
  if (url === undefined) throw new CannotRun(`${name} has no address; ./lab up ${name} starts it`);
  return createServiceClient({ name, url, token: token(), wrongToken: 'wants another token: give it as LAB_TOKEN' });
}

/** Resolves when nothing that it has sent is on its way to the front end. @throws {CannotRun} */
export async function stopDial({ dial }: LabAddresses): Promise<void> {
  const client = clientOf('dial', dial);
  let state = await client.send<LoadState>('DELETE', '/load');
  for (const end = performance.now() + IN_FLIGHT_MS; state.counts.in_flight > 0 && performance.now() < end; ) {
    await wait(LOOK_EVERY_MS);
    state = await client.get<LoadState>('/load');
  }
}

/** What it says when it has read the file with these roles, or after a while. */
async function statusWith(client: ServiceClient, roles: readonly string[]): Promise<ScalerStatus> {
  for (const end = performance.now() + FOLLOWS_MS; ; ) {
    const status = await client.get<ScalerStatus>('/status');
    const known = status.roles.map(({ role }) => role);
    const follows = status.config.ok && roles.every((role) => known.includes(role));
    if (follows || performance.now() > end) return status;
    await wait(LOOK_EVERY_MS);
  }
}

/**
 * Scaling off, and no role fixed or paused.
 * @param roles those of guv.yaml as it is now
 * @returns whether it has acted until now: then there may be other numbers than there were
 * @throws {CannotRun}
 */
export async function scalingOff({ scaler }: LabAddresses, roles: readonly string[]): Promise<boolean> {
  const client = clientOf('scaler', scaler);
  const { was } = await client.put<{ was: Mode }>('/mode', { mode: 'off', restore: true });
  const status = await statusWith(client, roles);
  const steered = status.roles.filter(({ steering }) => Object.keys(steering).length > 0);
  await Promise.all(
    steered.map(({ role }) => client.put(`/roles/${encodeURIComponent(role)}/steering`, { fixed: null, paused: null })),
  );
  return was === 'act';
}
