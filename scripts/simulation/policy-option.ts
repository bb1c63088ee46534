// `--policy deadline,guv@5,policies/x.ts`: which policies are put side by side.
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readWish } from '../../services/scaler/deciding/read-wish.ts';
import type { Policy } from '../../services/scaler/deciding/types.ts';
import { policies } from '../../services/scaler/policies/policies.ts';
import { CannotRun } from '../command.ts';
import { printable } from '../printable.ts';
import { number } from './numbers.ts';

export interface NamedPolicy {
  /** As it was asked for: `guv@5`. */
  label: string;
  /** As guv.yaml would name it. */
  name: string;
  policy: Policy;
  /** Seconds between looks, where not what guv.yaml says. */
  poll?: number;
  /** A policy of one's own may fail: how often it did, and how the last time. */
  failures: { count: number; last: string };
}

const LONGEST_POLL = 3_600;
/** As guv.yaml may name it. */
const OWN_NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;

type OwnPolicy = (situation: unknown, settings: unknown) => unknown;

async function loadOwn(file: string): Promise<OwnPolicy> {
  const path = resolve(file);
  const loaded: unknown = await import(pathToFileURL(path).href).then(
    (module: { default?: unknown }) => module.default,
    (error: Error) => {
      throw new CannotRun(`the policy ${printable(file)} cannot be loaded: ${printable(error.message)}`);
    },
  );
  if (typeof loaded === 'function') return loaded as OwnPolicy;
  throw new CannotRun(`the policy ${printable(file)} must export a function as its default`);
}

/** Checks what it answers, and counts what is wrong; the governor falls back then, as it does live. */
function watched(own: OwnPolicy, failures: NamedPolicy['failures']): Policy {
  const fail = (problem: string): never => {
    failures.count += 1;
    failures.last = problem;
    throw new Error(problem);
  };
  return (situation, settings) => {
    let answer: unknown;
    try {
      answer = own(situation, settings);
    } catch (error) {
      return fail(error instanceof Error ? error.message : String(error));
    }
    if (answer instanceof Promise) {
      answer.catch(() => {}); // nobody waits for it
      return fail('it is async, and a simulation does not wait');
    }
    const read = readWish(answer);
    return 'wish' in read ? read.wish : fail(read.problem);
  };
}

async function readOne(label: string): Promise<NamedPolicy> {
  const [, name = label, poll] = /^(.+)@([^@/]*)$/.exec(label) ?? [];
  const failures = { count: 0, last: '' };
  const polled =
    poll === undefined
      ? {}
      : { poll: number(`the poll of ${printable(label)}`, poll, { above: 0, most: LONGEST_POLL }) };
  const ours = policies.get(name);
  if (ours !== undefined) return { label, name, policy: ours, failures, ...polled };
  if (!name.endsWith('.ts')) {
    const known = [...policies.keys()].join(', ');
    throw new CannotRun(
      `--policy takes ${known} or a file such as policies/mine.ts, got ${JSON.stringify(printable(name))}`,
    );
  }
  const own = basename(name, '.ts');
  if (!OWN_NAME.test(own)) {
    throw new CannotRun(
      `the file of a policy is named in small letters, digits and hyphens, got ${JSON.stringify(printable(name))}`,
    );
  }
  const policy = watched(await loadOwn(name), failures);
  return { label, name: own, policy, failures, ...polled };
}

/** @throws {CannotRun} */
export async function readPolicies(text: string): Promise<NamedPolicy[]> {
  const labels = text.split(',').map((label) => label.trim());
  const twice = labels.find((label, i) => labels.indexOf(label) !== i);
  if (twice !== undefined) throw new CannotRun(`--policy has ${printable(twice)} twice`);
  return Promise.all(labels.map(readOne));
}
