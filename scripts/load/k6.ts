// Runs a script of the ladder: with the k6 of this machine, else with that of the lab's `k6` service, in its network.
import { spawn } from 'node:child_process';
import { relative, resolve } from 'node:path';
import { CannotRun } from '../command.ts';
import { exitOf } from '../local/processes.ts';
import { paint } from '../terminal.ts';
import type { RunFolder } from './results.ts';
import { LADDER } from './scenarios.ts';
import type { LoadTarget } from './target.ts';

/** What k6 ends with where it has run to the end and a threshold was crossed. */
const CROSSED = 99;
/** Where the results are within the container. */
const INSIDE = '/results';

export interface K6Run {
  /** `05-overwhelm.ts` */
  file: string;
  /** RATE, DURATION …: the settings of the script. */
  settings: Record<string, string>;
  /** What else goes to k6 as it is. */
  extra: readonly string[];
  run: RunFolder;
  /** Keeps standard output free: what k6 shows goes to standard error. */
  quiet: boolean;
}

interface K6 {
  /** Answers with k6's exit code. */
  run(what: K6Run): Promise<number>;
}

const settingArguments = (settings: Record<string, string>): string[] =>
  Object.entries(settings).flatMap(([name, value]) => ['-e', `${name}=${value}`]);

/** It is nobody's business where a lab stands; and off a terminal there is nothing to redraw. */
const common = ({ quiet }: K6Run): string[] => [
  '--no-usage-report',
  ...(quiet || !process.stdout.isTTY ? ['--quiet'] : []),
];

/** Prints the command as a person would type it, and runs it. Ctrl-C is left to k6, which still shows what it has measured. */
async function aloud(command: string, args: readonly string[], quiet: boolean): Promise<number> {
  console.error(paint('dim', `$ ${[command, ...args].join(' ')}`));
  const heard = (): void => {};
  process.on('SIGINT', heard);
  try {
    const child = spawn(command, args, { stdio: ['ignore', quiet ? 2 : 'inherit', 'inherit'] });
    const { code } = await exitOf(child);
    return code ?? 1;
  } finally {
    process.off('SIGINT', heard);
  }
}

const onPath = (baseUrl: string): K6 => ({
  run: (what) => {
    const settings = { BASE_URL: baseUrl, ...what.settings, RESULTS: resolve(what.run.summary) };
    const args = ['run', ...common(what), ...settingArguments(settings), ...what.extra, `${LADDER}/${what.file}`];
    return aloud('k6', args, what.quiet);
  },
});

const inDocker: K6 = {
  run: (what) => {
    const settings = { ...what.settings, RESULTS: `${INSIDE}/${relative(what.run.root, what.run.summary)}` };
    // As the person who runs it: the image's own user could not write there.
    const user = process.getuid === undefined ? [] : ['--user', `${process.getuid()}:${process.getgid?.()}`];
    const mount = ['--volume', `${resolve(what.run.root)}:${INSIDE}`];
    const terminal = process.stdout.isTTY && !what.quiet ? [] : ['-T'];
    const service = ['compose', 'run', '--rm', ...terminal, ...user, ...mount, 'k6'];
    const args = [...service, 'run', ...common(what), ...settingArguments(settings), ...what.extra, what.file];
    return aloud('docker', args, what.quiet);
  },
};

/** Whether a program of that name can be started. */
async function starts(command: string): Promise<boolean> {
  const { code } = await exitOf(spawn(command, ['version'], { stdio: 'ignore' }));
  return code === 0;
}

const INSTALL = 'https://grafana.com/docs/k6/latest/set-up/install-k6/ says how to install it';

/** @throws {CannotRun} where there is no k6, with how to get one */
export async function findK6({ frontend, mode }: LoadTarget): Promise<K6> {
  if (await starts('k6')) return onPath(frontend);
  if (mode === 'docker') return inDocker;
  const why = mode === 'local' ? ', and a lab without Docker needs it there' : '';
  throw new CannotRun(`k6 is not on the path${why}; ${INSTALL}`);
}

/** 0 the thresholds are kept, 1 one was crossed. @throws {CannotRun} where it did not come to an end of its own */
export function verdictOf(code: number): 0 | 1 {
  if (code === 0) return 0;
  if (code === CROSSED) return 1;
  throw new CannotRun(`k6 ended with ${code}, see above`);
}
