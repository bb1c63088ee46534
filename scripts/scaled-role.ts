// Setting a role's number through the scaler, so that it and the lab's other tools know of it: what is asked, and what is said of it.
import { setTimeout as wait } from 'node:timers/promises';
import type { ScalerStatus } from '../services/scaler/governor.ts';
import type { RoleStatus } from '../services/scaler/live-role.ts';
import { CannotRun } from './command.ts';
import type { LabAddresses } from './lab-view.ts';
import { composeVariables } from './local/local-lab.ts';
import { printable } from './printable.ts';
import { createServiceClient } from './service-client.ts';
import { paint, plural } from './terminal.ts';

/** A scaler that is there answers at once: it keeps what it tells. */
const ANSWER_MS = 2_000;
const READY_LIMIT_MS = 120_000;
const LOOK_EVERY_MS = 300;

/** `PUT /roles/<role>/replicas` */
export interface Scaled {
  role: string;
  from?: number;
  to?: number;
  /** Why there are more or fewer than was asked for. */
  held?: string;
  /** The scaler acts, and leaves the role at this number from now on. */
  fixed?: boolean;
}

/** What the scaler says, or undefined where none answers. */
export async function askScaler({ scaler: url }: LabAddresses): Promise<ScalerStatus | undefined> {
  if (url === undefined) return undefined;
  try {
    const response = await fetch(`${url}/status`, { signal: AbortSignal.timeout(ANSWER_MS) });
    return response.ok ? ((await response.json()) as ScalerStatus) : undefined;
  } catch {
    return undefined;
  }
}

/** The role of guv.yaml that a person means, by its name or its service's; undefined where the scaler cannot set any. */
export function findRole(status: ScalerStatus | undefined, name: string): RoleStatus | undefined {
  if (status === undefined || !status.platform.ok) return undefined;
  return status.roles.find(({ role, worker }) => role === name || worker === name);
}

/** What was done, in lines for people. `mode`: how the lab runs. */
export function describeScaled(
  asked: number,
  scaled: Scaled,
  { worker, mode }: { worker: string; mode: string },
): string {
  const role = printable(scaled.role);
  const to = scaled.to ?? asked;
  const change =
    scaled.from === to ? `${role} has ${plural(to, 'replica')} already` : `${role} ${scaled.from ?? '?'} → ${to}`;
  const plain = `docker compose up --detach --no-recreate --scale ${printable(worker)}=${asked} ${printable(worker)}`;
  return [
    scaled.held === undefined ? change : `${change}: ${printable(scaled.held)}`,
    ...(scaled.fixed ? [`fixed: ./lab autoscale free ${role} gives it back`] : []),
    ...(mode === 'docker' ? [paint('dim', `the same by hand: ${plain}`)] : []),
  ].join('\n');
}

/** Resolves when as many consume as were set. @throws {CannotRun} where that takes too long */
async function untilReady(addresses: LabAddresses, role: string, wanted: number): Promise<void> {
  const end = performance.now() + READY_LIMIT_MS;
  for (;;) {
    const ready = findRole(await askScaler(addresses), role)?.replicas?.ready;
    if (ready !== undefined && ready >= wanted) return;
    if (performance.now() > end) {
      throw new CannotRun(
        `${ready ?? 'no'} of ${wanted} replicas of ${role} are ready after ${READY_LIMIT_MS / 1000} s`,
      );
    }
    await wait(LOOK_EVERY_MS);
  }
}

/** Sets a role's number, says what came of it, and waits until so many are ready. @throws {CannotRun} {Refused} */
export async function scaleRole(
  addresses: LabAddresses,
  { role, worker }: RoleStatus,
  { replicas, mode }: { replicas: number; mode: string },
): Promise<void> {
  const client = createServiceClient({
    name: 'scaler',
    url: addresses.scaler ?? '',
    token: composeVariables('.', process.env).LAB_TOKEN || 'lab',
    wrongToken: 'give it as LAB_TOKEN, from the environment or .env',
  });
  const scaled = await client.put<Scaled>(`/roles/${encodeURIComponent(role)}/replicas`, { replicas });
  console.log(describeScaled(replicas, scaled, { worker, mode }));
  await untilReady(addresses, role, scaled.to ?? replicas);
}
