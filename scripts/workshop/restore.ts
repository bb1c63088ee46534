// Brings a running lab, whatever has become of it, to what it was at the beginning.
//
//   look          what runs, and where it answers
//   first word    what is stopped goes on; the dial and the scaler are told to stop; faults end; guv.yaml and service.fbp as they came
//   start         what is down is started, what is too much ends, what was told something else is made anew; the graph meanwhile
//   second word   to those that were away at the first
//   empty         queues, dead letters and the ledger; and who has ended over that is started again
//   remember      the moment: what was before is of another walk
//
// All of it may be done again: where it ends in the middle, the next one brings it to its end.
import { CannotRun } from '../command.ts';
import { readRecords } from '../faults/record.ts';
import { notHealthy, type RunningLab, type ServiceView } from '../lab-view.ts';
import { printable } from '../printable.ts';
import { paint, plural, seconds } from '../terminal.ts';
import { workerServices } from '../worker-services.ts';
import { remembersJobs } from './admission-memory.ts';
import { type EmptyOutcome, emptyLab, throwAway } from './empty-lab.ts';
import { endFaults } from './end-faults.ts';
import { Interrupted } from './interruptible.ts';
import { restoreFiles, rolesOfFile } from './pristine-files.ts';
import { setSince } from './progress-file.ts';
import { resumeAll } from './resume-all.ts';
import { scalingOff, stopDial, tellFirst } from './senders.ts';
import { dropShellSettings } from './shell-settings.ts';
import { startBackends, startOnDocker } from './start-docker.ts';
import { startSupervised } from './start-supervised.ts';
import { applyUsualGraph } from './usual-graph.ts';
import { isUnsafe, killWorkers } from './workers.ts';

export interface RestoreOptions {
  /** Chapters that have passed are forgotten, too. */
  forget: boolean;
  /** A line for people. */
  say(line: string): void;
}

/** Does a piece of the work, and says how long it took. */
type Step = <T>(what: string, work: () => Promise<T>) => Promise<T>;

const stepsWith =
  (say: (line: string) => void): Step =>
  async (what, work) => {
    const began = performance.now();
    const done = await work();
    say(paint('dim', `${what}: ${seconds((performance.now() - began) / 1000)}`));
    return done;
  };

/** Answers with the lab, which may be another process then. */
async function start(lab: RunningLab, say: (line: string) => void): Promise<RunningLab> {
  if (lab.mode === 'local') return startSupervised(lab, say);
  await startOnDocker(await lab.services());
  return lab;
}

/** The start ends when all is healthy, and without its edges the front end is not: both at once. */
async function startWired(
  found: RunningLab,
  coordinator: string | undefined,
  say: (line: string) => void,
): Promise<RunningLab> {
  const failed = new AbortController();
  // Both are waited for: what the start prints would come behind the error.
  const fail = (error: unknown): void => failed.abort(error);
  const [lab] = await Promise.all([
    start(found, say).catch(fail),
    applyUsualGraph(found, coordinator, failed.signal).catch(fail),
  ]);
  if (lab === undefined || failed.signal.aborted) throw failed.signal.reason;
  return lab;
}

function emptiedText({ thrownAway, forgotten }: EmptyOutcome): string {
  const what = [
    ...(thrownAway > 0 ? [`${plural(thrownAway, 'message')} thrown away`] : []),
    ...(forgotten > 0 ? [`${plural(forgotten, 'item')} forgotten`] : []),
  ];
  return what.length === 0 ? 'it was empty' : what.join(', ');
}

/** What kept it from becoming empty, and what to do about it. */
function disturbedText({ accepted, restless }: EmptyOutcome): string | undefined {
  if (accepted > 0) {
    return `${plural(accepted, 'item')} came in meanwhile: a load runs in another terminal. End it, and do this again`;
  }
  if (restless.length === 0) return undefined;
  return `${printable(restless.join(', '))} did not become quiet: somebody sends there, or takes from it and obeys no pause. End that, and do this again`;
}

/** Whether workers end over what they take: they would not become healthy before it is gone. */
function isPoisoned(services: readonly ServiceView[]): boolean {
  const workers = workerServices();
  return (
    readRecords().some(({ kind }) => kind === 'poison') ||
    services.some(({ name, replicas }) => workers.includes(name) && replicas.some(({ state }) => state === 'waiting'))
  );
}

async function firstWord(lab: RunningLab, say: (line: string) => void): Promise<{ coordinator: string | undefined }> {
  const [services, addresses] = await Promise.all([lab.services(), lab.addresses()]);
  const poisoned = isPoisoned(services);
  const backends = lab.mode === 'docker' ? startBackends(services) : undefined;
  await resumeAll(lab, services);
  const [unsafe, faults, files] = await Promise.all([
    isUnsafe(addresses.frontend),
    endFaults(lab),
    restoreFiles(),
    tellFirst(addresses),
    backends,
  ]);
  for (const what of faults.ended) say(`${what}: it is over`);
  for (const file of files) say(file);
  // They have taken all that there was into their memory, and would work on it before they end.
  if (unsafe || poisoned) await killWorkers(lab);
  if (poisoned) await throwAway(addresses);
  return { coordinator: addresses.coordinator };
}

async function restore(found: RunningLab, { forget, say }: RestoreOptions): Promise<number> {
  const began = performance.now();
  const step = stepsWith(say);
  dropShellSettings(say);

  const { coordinator } = await step('stopped what sends, breaks and scales', () => firstWord(found, say));
  let lab = await step('started what docker-compose.yml has, as .env says', () => startWired(found, coordinator, say));

  const addresses = await lab.addresses();
  const emptied = await step('emptied it', async () => {
    const { left } = await endFaults(lab);
    if (left.length > 0) throw new CannotRun(`still broken on purpose: ${left.join(', ')}; ./lab fault list says why`);
    const roles = await rolesOfFile();
    const [outcome, acted] = await Promise.all([
      stopDial(addresses).then(() => emptyLab(lab, addresses)),
      scalingOff(addresses, roles),
    ]);
    if (outcome.forgotten > 0 && (await remembersJobs(addresses.frontend))) await lab.restart({ service: 'frontend' });
    const services = await lab.services();
    // Numbers that the scaler has set meanwhile; workers that were killed, or that poison has ended while it was in their hands.
    if (acted || notHealthy(services).length > 0) {
      await resumeAll(lab, services);
      lab = await start(lab, say);
    }
    return outcome;
  });
  say(emptiedText(emptied));

  const disturbed = disturbedText(emptied);
  await setSince(new Date(), { forget: forget && disturbed === undefined });
  if (disturbed !== undefined) {
    say(paint('yellow', disturbed));
    return 1;
  }
  say(`the lab is as it was at the beginning, after ${seconds((performance.now() - began) / 1000)}`);
  return 0;
}

/**
 * Answers with the exit code: 1 where somebody goes on sending, a shell's where somebody has interrupted the emptying.
 * @throws {CannotRun} where it cannot be done
 */
export async function restoreLab(found: RunningLab, options: RestoreOptions): Promise<number> {
  try {
    return await restore(found, options);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    options.say('interrupted: the workers go on; do this again to bring it to its end');
    return error.exitCode;
  }
}
