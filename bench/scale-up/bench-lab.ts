// A whole lab on Docker for the benchmarks of scaling: its own project and ports, and a guv.yaml of its own.
//
// The role that is scaled is caption, with a vendor that takes most of a second: its replicas wait more than they work, so that many of
// them fit on a small machine, and what is measured is the scaling and not the machine's cores.
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createManagement } from '../../services/shared/messaging/management.ts';
import { startComposeLab } from '../compose-lab.ts';
import { undoable } from '../undo.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export const ROLE = 'caption';
export const QUEUE = 'caption.IN';
/** Seconds. */
export const DEADLINE = 15;
export const VENDOR_SECONDS = 0.8;
export const MOST = 10;

export const GUV = `# One job at a time and a slow vendor: a replica does a little more than one picture a second.
${ROLE}: { queue: ${QUEUE}, processing: 1, deadline: ${DEADLINE}, minimum: 1, maximum: ${MOST}, concurrency: 1, boot: 2 }
`;

/** What the scaler says of the role. */
export interface RoleStatus {
  role: string;
  replicas?: { ready: number; starting: number; draining: number; broken: number };
  measured: { service?: number; serviceSpread?: number; boot?: number };
  cost: { working: number; idle: number; booting: number; draining: number };
}

export interface BenchLab {
  /** Where jobs are sent to. */
  readonly url: string;
  mode(mode: 'off' | 'advise' | 'act'): Promise<void>;
  /** Asks for a number, and resolves when so many run and none is on its way out. */
  scaleTo(replicas: number): Promise<void>;
  /** Asks for a number. */
  ask(replicas: number): Promise<void>;
  status(): Promise<RoleStatus>;
  /** Messages that were ever handed out a second time. */
  redelivered(): Promise<number>;
  backlog(): Promise<number>;
  down(): Promise<void>;
}

/** Asks until the answer is true. @throws after `limitMs` */
export async function until(what: string, ask: () => Promise<boolean>, limitMs = 120_000): Promise<void> {
  for (const end = Date.now() + limitMs; Date.now() < end; await pause(200)) if (await ask()) return;
  throw new Error(`not within ${limitMs / 1000} s: ${what}`);
}

async function ok(response: Response): Promise<Response> {
  if (response.ok) return response;
  throw new Error(`${response.url} was answered ${response.status}: ${(await response.text()).slice(0, 300)}`);
}

/** A folder with this bench's guv.yaml, and with what Platform reads there. */
function guvFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'queuelab-bench-'));
  chmodSync(folder, 0o755); // the container's user is another
  mkdirSync(join(folder, 'policies'));
  writeFileSync(join(folder, 'guv.yaml'), GUV);
  copyFileSync(join(root, 'docker-compose.yml'), join(folder, 'docker-compose.yml'));
  return folder;
}

/** Builds the image and brings it all up. */
export async function startBenchLab(progress: (line: string) => void): Promise<BenchLab> {
  const folder = guvFolder();
  const remove = undoable(async () => rmSync(folder, { recursive: true, force: true }));
  const token = 'bench';
  const { url, ports, down } = await startComposeLab('bench', progress, {
    GUV_FOLDER: folder,
    LAB_TOKEN: token,
    CAPTION_PREFETCH: '1',
    CAPTION_CONCURRENCY: '1',
    VENDOR_LATENCY_MS: String(VENDOR_SECONDS * 1000),
    VENDOR_RATE_PER_SECOND: '1000',
  }).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  const password = process.env.RABBITMQ_PASSWORD || 'lab';
  const management = createManagement(`http://lab:${password}@127.0.0.1:${ports.RABBITMQ_MANAGEMENT_PORT}`);
  const queue = async () => (await management.queueCounters()).find(({ name }) => name === QUEUE);
  const scaler = `http://127.0.0.1:${ports.SCALER_PORT}`;
  const put = async (path: string, body: object): Promise<void> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    await ok(await fetch(`${scaler}${path}`, { method: 'PUT', headers, body: JSON.stringify(body) }));
  };

  const lab: BenchLab = {
    url,
    mode: (mode) => put('/mode', { mode }),
    ask: (replicas) => put(`/roles/${ROLE}/replicas`, { replicas }),
    async scaleTo(replicas) {
      await lab.ask(replicas);
      await until(`${replicas} replicas of ${ROLE}`, async () => {
        const now = (await lab.status()).replicas;
        return now?.ready === replicas && now.starting === 0 && now.draining === 0;
      });
    },
    async status() {
      const { roles } = (await (await ok(await fetch(`${scaler}/status`))).json()) as { roles: RoleStatus[] };
      return roles.find(({ role }) => role === ROLE)!;
    },
    redelivered: async () => (await queue())?.message_stats?.redeliver ?? 0,
    async backlog() {
      const found = await queue();
      return (found?.messages_ready ?? 0) + (found?.messages_unacknowledged ?? 0);
    },
    async down() {
      await down();
      await remove();
    },
  };
  return lab;
}
