// A folder with a docker-compose.yml of a few lines, and a supervisor that runs it without Docker.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findSupervisor, type SupervisorClient } from '../../scripts/local/control-client.ts';
import { endChild, exitOf } from '../../scripts/local/processes.ts';
import type { Scope } from './broker.ts';
import { eventually } from './eventually.ts';

const PROGRAM = fileURLToPath(new URL('supervise.ts', import.meta.url));
const GRACE_MS = 20_000;

/** Answers on PORT with its environment. It drains until a file `release-<replica>` is there; asked twice to end it obeys at once. */
export const ECHO = `
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
const { PORT, HOST, REPLICA, DRAINS } = process.env;
const server = createServer((_, response) => response.end(JSON.stringify(process.env)));
server.listen(Number(PORT), HOST);
let asked = false;
const end = () => {
  if (asked) process.exit(1);
  asked = true;
  setInterval(() => { if (!DRAINS || existsSync('release-' + REPLICA)) process.exit(0); }, 10);
};
process.on('SIGTERM', end);
process.stdin.on('end', end).resume();
`;
export const HEALTHY = `fetch('http://127.0.0.1:' + process.env.PORT).then(() => process.exit(0), () => process.exit(1))`;

export interface SupervisedFolder {
  dir: string;
  socket: string;
  supervisor: ChildProcess;
  client: SupervisorClient;
}

/** Files beside the Compose file: `service.mjs` (ECHO) and `healthy.mjs`. All of it ends with the scope. */
export async function openSupervisedFolder(scope: Scope, compose: string): Promise<SupervisedFolder> {
  const dir = await mkdtemp(join(tmpdir(), 'queuelab-test-'));
  scope.after(() => rm(dir, { recursive: true, force: true }));
  const files = { 'service.mjs': ECHO, 'healthy.mjs': HEALTHY, 'docker-compose.yml': compose };
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(dir, name), text)));
  const supervisor = spawn(process.execPath, [PROGRAM, dir], { stdio: ['ignore', 'ignore', 'inherit'] });
  const exited = exitOf(supervisor);
  scope.after(() => endChild(supervisor, exited, GRACE_MS));
  const socket = join(dir, '.lab/supervisor.sock');
  const client = await eventually('the supervisor opens its socket', () => findSupervisor(socket));
  return { dir, socket, supervisor, client };
}
