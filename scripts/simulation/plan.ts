// From the options of `./lab simulate` to simulations: the roles of guv.yaml under each policy, and the same load for all of them.
import type { Distribution, RoleModel, Simulation } from '../../services/scaler/simulator/types.ts';
import type { Load } from '../../services/shared/arrivals/load.ts';
import { readGuvConfig } from '../../services/shared/guv/read-config.ts';
import type { RoleSettings } from '../../services/shared/guv/settings.ts';
import { readGuvText } from '../../services/shared/guv/yaml-text.ts';
import { CannotRun, textOf, wholeNumber } from '../command.ts';
import { printable } from '../printable.ts';
import { reading, textOfFile } from './input-file.ts';
import { loadOf } from './load-option.ts';
import { numberByRole, numberOf } from './numbers.ts';
import { type NamedPolicy, readPolicies } from './policy-option.ts';

export interface PlannedRun {
  policy: NamedPolicy;
  simulation: Simulation;
}

/** What is not said otherwise. */
export const DEFAULTS = { config: 'guv.yaml', policy: 'deadline,guv', minutes: 10, seed: 1, late: 1 };

const LONGEST_MINUTES = 7 * 24 * 60;
/** Jobs a second times seconds: more would take minutes. */
const MOST_JOBS = 20_000_000;
/** Spread of boot times, as a share of them. */
const BOOT_SPREAD = 0.2;
/** How busy the replicas are that are there when it begins. */
const BUSY = 0.8;

/** The settings that the file would give if it named this policy, so that each has its own defaults. */
function settingsUnder({ name, poll }: NamedPolicy, text: string, file: string): RoleSettings[] {
  const entries = [...readGuvText(text).plain].map(([role, entry]) => {
    const changed = { policy: name, ...(poll === undefined ? {} : { pollinterval: poll }) };
    return [role, { ...(entry as object | null), ...(role === '*' ? {} : changed) }];
  });
  return reading(() => readGuvConfig(JSON.stringify(Object.fromEntries(entries)), file)).roles;
}

/** Names of the roles in the order of the file, or those that were asked for in the order of asking. */
function chosenRoles(known: readonly string[], asked: unknown, file: string): string[] {
  if (!Array.isArray(asked)) return [...known];
  const names = [...new Set(asked.map(String).flatMap((text) => text.split(',')))];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  throw new CannotRun(`${file} has no role ${printable(unknown)}; it has ${known.join(', ')}`);
}

interface Truth {
  service: Distribution;
  boot: Distribution;
  crashEvery?: number;
}

const lognormal = (mean: number, stddev: number): Distribution =>
  stddev === 0 ? { kind: 'constant', mean } : { kind: 'lognormal', mean, stddev };

/** How it really is, whatever the settings believe: what was asked, else what they say. */
function truths(values: Record<string, unknown>, roles: readonly RoleSettings[]): Truth[] {
  const names = roles.map(({ role }) => role);
  const service = numberByRole(values, 'service', names, { above: 0 });
  const spread = numberByRole(values, 'service-spread', names, { least: 0 });
  const boot = numberByRole(values, 'boot', names, { least: 0 });
  const crashEvery = numberOf(values, 'crash-every', { above: 0 });
  return roles.map(({ role, processing, stddev, boot: believed }) => {
    const mean = service(role) ?? processing;
    const bootMean = boot(role) ?? believed;
    return {
      // A service time that was asked for is spread as much, for its length, as the one in the file.
      service: lognormal(mean, spread(role) ?? (stddev / processing) * mean),
      boot: lognormal(bootMean, bootMean * BOOT_SPREAD),
      ...(crashEvery === undefined ? {} : { crashEvery }),
    };
  });
}

/** Jobs a second that all roles can do with all their replicas. */
function capacity(roles: readonly RoleSettings[], truth: readonly Truth[]): number {
  return Math.min(...roles.map(({ maximum, concurrency }, i) => (maximum * concurrency) / truth[i]!.service.mean));
}

function modelOf(settings: RoleSettings, truth: Truth, policy: NamedPolicy, load: Load): RoleModel {
  const { service, ...others } = truth;
  const needed = Math.ceil((load.rate(0) * service.mean) / settings.concurrency / BUSY);
  return {
    settings,
    policy: policy.policy,
    service: () => service,
    ...others,
    initial: Math.min(settings.maximum, Math.max(settings.minimum, needed)),
  };
}

/** One simulation for each policy. @throws {CannotRun} */
export async function planRuns(values: Record<string, unknown>): Promise<PlannedRun[]> {
  const file = textOf(values.config) ?? DEFAULTS.config;
  const minutes = numberOf(values, 'minutes', { above: 0, most: LONGEST_MINUTES }) ?? DEFAULTS.minutes;
  const seed = wholeNumber('--seed', textOf(values.seed) ?? String(DEFAULTS.seed), { min: 0, max: 2 ** 32 - 1 });
  const lost = numberOf(values, 'lost', { least: 0, most: 1 }) ?? 0;
  const every = numberOf(values, 'late', { above: 0, most: 600 }) ?? DEFAULTS.late;
  const policies = await readPolicies(textOf(values.policy) ?? DEFAULTS.policy);

  const text = await textOfFile(file);
  const config = reading(() => readGuvConfig(text, file));
  const names = chosenRoles(
    config.roles.map(({ role }) => role),
    values.role,
    file,
  );
  const pick = (roles: readonly RoleSettings[]): RoleSettings[] =>
    names.map((name) => roles.find(({ role }) => role === name)!);
  const believed = pick(config.roles);
  const truth = truths(values, believed);
  const load = await loadOf(values, { seconds: minutes * 60, seed, most: capacity(believed, truth) });
  if (load.peak * load.seconds > MOST_JOBS) {
    throw new CannotRun(`at most ${MOST_JOBS / 1e6} million jobs are simulated; take fewer minutes or a lower rate`);
  }
  return policies.map((policy) => {
    const roles = pick(settingsUnder(policy, text, file)).map((one, i) => modelOf(one, truth[i]!, policy, load));
    return { policy, simulation: { load, roles, observation: { every, lost }, seed } };
  });
}
