// A small Compose project of a test's own: trivial workers, on the real engine. It is taken down when its scope ends, with all that is in it.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Scope } from './broker.ts';

const run = promisify(execFile);
const root = new URL('../..', import.meta.url).pathname;
export const NODE_IMAGE = process.env.NODE_IMAGE || 'node:24-slim';

/** Ready after BOOT_MS, has in hand what was last said at /in-hand/<n>, drains on SIGTERM for DRAIN_MS or never, ends by itself after LIFE_MS. */
const WORKER = `
import { createServer } from 'node:http';
const { BOOT_MS = '0', DRAIN_MS = '0', LIFE_MS, PORT } = process.env;
let inHand = 0;
const started = Date.now();
console.log('the worker runs');
const page = createServer((request, response) => {
  if (request.url === '/metrics') return response.end('queuelab_messages_in_hand{port="IN"} ' + inHand + '\\n');
  if (request.url.startsWith('/in-hand/')) inHand = Number(request.url.slice(9));
  response.writeHead(Date.now() - started >= Number(BOOT_MS) ? 200 : 503).end();
});
if (PORT) page.listen(Number(PORT));
setInterval(() => {}, 1e6);
process.on('SIGTERM', () => {
  if (DRAIN_MS !== 'never') setTimeout(() => process.exit(0), Number(DRAIN_MS));
});
if (LIFE_MS) setTimeout(() => process.exit(1), Number(LIFE_MS));
`;

export interface ComposeProject {
  readonly name: string;
  readonly folder: string;
  /** Its standard output. Fails where the command does. */
  compose(...args: string[]): Promise<string>;
  docker(...args: string[]): Promise<string>;
  /** Whole ids of a service's containers, ended ones too. */
  ids(service: string): Promise<string[]>;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the engine says
  inspect(id: string): Promise<any>;
  /** Ids of all containers, networks and volumes that carry its name. */
  leftovers(): Promise<string[]>;
}

const SERVICE = `
  image: ${NODE_IMAGE}
  command: [node, /lab/worker.mjs]
  pull_policy: never
  init: true
  restart: unless-stopped
  stop_grace_period: 5s
  read_only: true
  tmpfs: [/tmp]
  cap_drop: [ALL]
  security_opt: ["no-new-privileges:true"]
  mem_limit: 128m
  cpus: 0.25
  healthcheck: { test: [CMD, "true"], interval: 60s, timeout: 3s, retries: 3, start_period: 60s }
  logging: { options: { max-size: 1m, max-file: "2" } }
  stop_signal: SIGTERM
`;

/**
 * @param services the text below `services:`, two spaces deep; `<<: *worker` makes a service of the worker above. FOLDER stands for the
 * project's folder, ROOT for that of the repository
 */
export async function openComposeProject(scope: Scope, services: string, rest = ''): Promise<ComposeProject> {
  const name = `qlp-${randomBytes(4).toString('hex')}`;
  const folder = await mkdtemp(join(tmpdir(), `${name}-`));
  scope.after(() => rm(folder, { recursive: true, force: true }));
  const text = `name: ${name}
x-worker: &worker${SERVICE}  volumes: [FOLDER:/lab:ro]
services:
${services}
${rest}`;
  await run('chmod', ['755', folder]); // the container's user may be another
  await writeFile(join(folder, 'worker.mjs'), WORKER);
  const file = text.replaceAll('FOLDER', folder).replaceAll('ROOT', root.replace(/\/$/, ''));
  await writeFile(join(folder, 'docker-compose.yml'), file);
  const env = { ...process.env, COMPOSE_PROJECT_NAME: name };
  const docker = async (...args: string[]): Promise<string> =>
    (await run('docker', args, { cwd: folder, env, maxBuffer: 16 * 1024 * 1024 })).stdout.trim();
  const compose = (...args: string[]): Promise<string> => docker('compose', ...args);
  scope.after(async () => {
    await compose('down', '--volumes', '--remove-orphans', '--timeout', '1');
  });
  const label = `label=com.docker.compose.project=${name}`;
  const lines = (output: string): string[] => output.split('\n').filter((line) => line !== '');
  return {
    name,
    folder,
    compose,
    docker,
    ids: async (service) =>
      lines(
        await docker(
          'ps',
          '-aq',
          '--no-trunc',
          '--filter',
          label,
          '--filter',
          `label=com.docker.compose.service=${service}`,
        ),
      ),
    inspect: async (id) => JSON.parse(await docker('inspect', id))[0],
    async leftovers() {
      const found = await Promise.all([
        docker('ps', '-aq', '--filter', label),
        docker('network', 'ls', '-q', '--filter', label),
        docker('volume', 'ls', '-q', '--filter', label),
      ]);
      return found.flatMap(lines);
    },
  };
}
