// Looks at the running lab for a chapter's check. Each look is made when it is asked for, and once: all findings of a check are of the same lab.
import { setTimeout as wait } from 'node:timers/promises';
import type { JobSummary } from '../../services/frontend/job-view.ts';
import type { Decision } from '../../services/scaler/deciding/types.ts';
import type { ScalerStatus } from '../../services/scaler/governor.ts';
import { CannotRun } from '../command.ts';
import type { RunningLab, ServiceView } from '../lab-view.ts';
import { composeVariables } from '../local/local-lab.ts';
import { createServiceClient, type ServiceClient } from '../service-client.ts';
import { verdictOf } from '../verdict/verdict.ts';
import type { Evidence } from './chapter-check.ts';
import { listedJobs, MOST_LISTED, MOST_WITH_ITEMS, withItems } from './recent-jobs.ts';
import { resultsSince } from './results-since.ts';

interface EvidenceOptions {
  /** When the lab was last reset: decisions and results before that are of another walk. Undefined where it never was. */
  since?: Date | undefined;
  /** Called with a sentence while a look takes its time. */
  onProgress?: (text: string) => void;
  /** Called with a sentence where there was too much to look at all of it. */
  onLeftOut?: (text: string) => void;
}

/** All that the scaler keeps of a role. */
const DECISIONS = 500;
/** One that has just been started does not answer yet. */
const STARTS_MS = 20_000;
const LOOK_EVERY_MS = 500;

/** Gives the same answer, or the same failure, to all who ask for a thing of one name. */
function createMemory(): <T>(name: string, look: () => Promise<T>) => Promise<T> {
  const looks = new Map<string, Promise<unknown>>();
  return <T>(name: string, look: () => Promise<T>) => {
    if (!looks.has(name)) looks.set(name, look());
    return looks.get(name) as Promise<T>;
  };
}

/** Every look rejects with one sentence, a CannotRun, where it could not be made. */
export function createEvidence(
  lab: Pick<RunningLab, 'services' | 'addresses'>,
  { since, onProgress = () => {}, onLeftOut = () => {} }: EvidenceOptions = {},
): Evidence {
  const once = createMemory();
  const addresses = () => once('addresses', () => lab.addresses());

  /** As they are when nobody is starting any more. */
  async function services(): Promise<ServiceView[]> {
    let seen = await lab.services();
    const isStarting = () => seen.some(({ replicas }) => replicas.some(({ state }) => state === 'starting'));
    for (const end = performance.now() + STARTS_MS; isStarting() && performance.now() < end; ) {
      onProgress('waiting for what is starting');
      await wait(LOOK_EVERY_MS);
      seen = await lab.services();
    }
    return seen;
  }
  async function client(service: 'frontend' | 'scaler', name: string): Promise<ServiceClient> {
    const { [service]: url } = await addresses();
    if (url === undefined) throw new CannotRun(`the ${name} is not running; ./lab up ${service} starts it`);
    const token = composeVariables('.', process.env).LAB_TOKEN || 'lab';
    return createServiceClient({ name, url, token, wrongToken: 'wants another token: give it as LAB_TOKEN' });
  }

  const frontEnd = () => client('frontend', 'front end');

  async function jobs(): Promise<JobSummary[]> {
    const { found, more } = await listedJobs(await frontEnd());
    if (more) onLeftOut(`only the newest ${MOST_LISTED} jobs were looked at`);
    return found;
  }

  async function looked(wanted: readonly JobSummary[]) {
    if (wanted.length > MOST_WITH_ITEMS) {
      onLeftOut(`of ${wanted.length} jobs that matter here only ${MOST_WITH_ITEMS} were looked at image by image`);
    }
    return withItems(await frontEnd(), wanted.slice(0, MOST_WITH_ITEMS));
  }

  async function decisions(role: string): Promise<Decision[]> {
    const query = new URLSearchParams({ role, limit: String(DECISIONS) });
    const scaler = await client('scaler', 'scaler');
    const answer = await scaler.get<{ decisions: Decision[] }>(`/decisions?${query}`);
    const first = (since?.getTime() ?? 0) / 1000;
    return answer.decisions.filter(({ at }) => at >= first);
  }

  return {
    services: () => once('services', services),
    verdict: (waitSeconds = 0) =>
      once(`verdict ${waitSeconds}`, async () => verdictOf(await addresses(), { waitSeconds, onProgress })),
    jobs: () => once('jobs', jobs),
    withItems: looked,
    scaler: () => once('scaler', async () => (await client('scaler', 'scaler')).get<ScalerStatus>('/status')),
    decisions: (role) => once(`decisions ${role}`, () => decisions(role)),
    results: (scenario) => once(`results ${scenario}`, () => resultsSince(since, scenario)),
  };
}
