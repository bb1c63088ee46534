// `npm test`: starts one broker and one database for all tests that want them, runs the tests, ends both whatever happens.
//
//   node scripts/test.ts [file or folder or glob …]     without arguments: every test but the end-to-end ones
import { spawn } from 'node:child_process';
import { globSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import {
  type BrokerServer,
  type DatabaseServer,
  startBrokerServer,
  startDatabaseServer,
} from '../tests/helpers/servers.ts';
import { exitOf } from './local/processes.ts';

const ALL = [
  ...['services', 'scripts', 'bench', 'workshop', 'tests/processes', 'tests/integration'],
  'tests/workshop/{chapter-shell,links,markdown,walk}.test.ts', // the walks over the chapters want the whole lab
];
/** What Node has made of the sources, for all the processes that tests start. */
const NODE_COMPILE_CACHE =
  process.env.NODE_COMPILE_CACHE || fileURLToPath(new URL('../node_modules/.cache/compile', import.meta.url));
const REPORTER = fileURLToPath(new URL('test-reporter.ts', import.meta.url));

function testFiles(patterns: readonly string[]): string[] {
  const files = patterns.flatMap((pattern) => {
    const folder = statSync(pattern, { throwIfNoEntry: false })?.isDirectory();
    return globSync(folder ? `${pattern.replace(/\/$/, '')}/**/*.test.ts` : pattern);
  });
  return [...new Set(files)].sort();
}

/** Whether a test file opens its broker or database through the helper of that name. */
function wants(files: readonly string[], helper: string): boolean {
  return files.some((file) => readFileSync(file, 'utf8').includes(`helpers/${helper}.ts`));
}

const say = (line: string): void => console.log(line);
const files = testFiles(process.argv.length > 2 ? process.argv.slice(2) : ALL);
if (files.length === 0) {
  console.error(
    `no test file matches ${process.argv.slice(2).join(' ')} (expected a *.test.ts file, a folder or a glob)`,
  );
  process.exit(2);
}

const undo: (() => Promise<void>)[] = [];
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort());

async function startServers(): Promise<NodeJS.ProcessEnv> {
  const kept = <T extends BrokerServer | DatabaseServer>(server: T): T => {
    undo.push(() => server.remove());
    return server;
  };
  const [broker, database] = await Promise.allSettled([
    wants(files, 'broker') ? startBrokerServer(say).then(kept) : undefined,
    wants(files, 'database') ? startDatabaseServer(say).then(kept) : undefined,
  ]);
  if (broker.status === 'rejected') throw broker.reason;
  if (database.status === 'rejected') throw database.reason;
  const labels = [broker.value?.label, database.value?.label].filter((label) => label !== undefined);
  if (labels.length > 0) say(`tests run against ${labels.join(' and ')}`);
  return {
    TEST_AMQP_URL: broker.value?.url,
    TEST_MANAGEMENT_URL: broker.value?.managementUrl,
    TEST_DATABASE_URL: database.value?.url,
  };
}

async function runTests(env: NodeJS.ProcessEnv): Promise<number> {
  // What hangs is said to, instead of being waited for: a whole file takes three minutes at most.
  const args = [
    '--test',
    '--test-timeout=600000',
    `--test-concurrency=${Math.max(2, availableParallelism() - 1)}`, // most tests wait for a broker most of the time
    `--test-reporter=${REPORTER}`,
    '--test-reporter-destination=stdout',
    ...files,
  ];
  const child = spawn(process.execPath, args, {
    stdio: 'inherit',
    env: { ...process.env, NODE_COMPILE_CACHE, ...env },
  });
  interrupted.signal.addEventListener('abort', () => child.kill('SIGINT'));
  const { code } = await exitOf(child);
  return code ?? 1;
}

let status = 1;
try {
  const env = await startServers();
  status = interrupted.signal.aborted ? 1 : await runTests(env);
} catch (error) {
  console.error(`could not run the tests: ${error instanceof Error ? error.message : String(error)}`);
  status = 2;
} finally {
  for (const end of undo.reverse()) await end().catch((error: unknown) => console.error(error));
}
process.exit(status);
