// One whole lab on Docker for everything that is broken on purpose: its own project and ports, brought up once.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { freeLabPorts } from '../../scripts/local/lab-ports.ts';
import type { Verdict } from '../../scripts/verdict/types.ts';
import { must, ownFolder, type Ran, run } from '../e2e/lab-under-test.ts';
import { eventually } from '../helpers/eventually.ts';

interface Container {
  ID: string;
  Service: string;
  State: string;
  Health: string;
}

export interface ChaosLab {
  /** Where jobs are sent to. */
  readonly url: string;
  /** Of the broker's management API, with user and password. */
  readonly management: string;
  /** Brings it up, or as these variables say from now on; resolves when all is healthy. */
  up(variables?: Record<string, string>): Promise<void>;
  /** Gives the scaler another guv.yaml. */
  setGuv(text: string): Promise<void>;
  /** `./lab …`. @throws where it does not end with 0 */
  lab(...args: string[]): Promise<Ran>;
  /** `./lab …`, whatever its exit code. */
  tryLab(...args: string[]): Promise<Ran>;
  compose(...args: string[]): Promise<Ran>;
  /** Containers of a service that run. */
  running(service: string): Promise<string[]>;
  /**
   * Ends what runs in a container with SIGKILL, from within: a crash, after which the engine starts it again as its restart policy says.
   * (`docker kill` is a person's wish, which the engine respects: it stays down.)
   */
  crash(container: string): Promise<void>;
  /** Waits until everything runs and is healthy, and nobody does anything for it. */
  healthyByItself(withinMs?: number): Promise<void>;
  /** What `./lab verdict` says when all is at rest, with its exit code. */
  verdict(): Promise<Verdict & { exitCode: number }>;
  logs(): Promise<string>;
  down(): Promise<void>;
}

/** Enough workers that one of them can always be missed. */
const REPLICAS = { resize: 3, caption: 2, store: 2 };
const VERDICT_WAIT = '90s';
const LIMIT_MS = 300_000;

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

export async function openChaosLab(): Promise<ChaosLab> {
  const ports = await freeLabPorts();
  const folder = ownFolder();
  let built = false;
  let env: NodeJS.ProcessEnv = {
    ...process.env,
    ...ports,
    COMPOSE_PROJECT_NAME: `queuelab-chaos-${process.pid}`,
    GRAPH_FOLDER: folder,
    GUV_FOLDER: folder,
  };
  const compose = (...args: string[]) => must(['docker', 'compose', ...args], { env, timeoutMs: LIMIT_MS });
  const scales = Object.entries(REPLICAS).flatMap(([role, n]) => ['--scale', `${role}=${n}`]);
  const containers = async (): Promise<Container[]> =>
    lines((await compose('ps', '--all', '--format', 'json')).stdout).map((line) => JSON.parse(line) as Container);

  const lab: ChaosLab = {
    url: `http://127.0.0.1:${ports.FRONTEND_PORT}`,
    management: `http://lab:${process.env.RABBITMQ_PASSWORD || 'lab'}@127.0.0.1:${ports.RABBITMQ_MANAGEMENT_PORT}`,
    async up(variables = {}) {
      env = { ...env, ...variables };
      await compose('up', '--detach', '--wait', ...(built ? [] : ['--build']), ...scales);
      built = true;
    },
    setGuv: (text) => writeFile(`${folder}/guv.yaml`, text),
    lab: (...args) => must(['./lab', ...args], { env, timeoutMs: LIMIT_MS }),
    tryLab: (...args) => run(['./lab', ...args], { env, timeoutMs: LIMIT_MS }),
    compose,
    running: async (service) => lines((await compose('ps', '--quiet', service)).stdout),
    async crash(container) {
      // Everything but init, which then ends too. The shell that says it goes down with the container.
      await run(['docker', 'exec', container, 'bash', '-c', 'kill -9 -1']);
    },
    async healthyByItself(withinMs = 120_000) {
      let ill: string[] = [];
      const well = async (): Promise<boolean> => {
        const all = await containers();
        ill = all
          .filter(({ State, Health }) => State !== 'running' || (Health !== '' && Health !== 'healthy'))
          .map(({ Service, State, Health }) => `${Service} (${State} ${Health})`);
        return ill.length === 0 && (await fetch(`${lab.url}/readyz`)).ok;
      };
      await eventually('every service is healthy, and the front end ready', well, { withinMs, everyMs: 500 }).catch(
        (error: unknown) => {
          assert.deepEqual(ill, [], 'nothing needs a hand');
          throw error;
        },
      );
    },
    async verdict() {
      const { code, stdout, stderr } = await lab.tryLab('verdict', '--json', '--wait', VERDICT_WAIT);
      assert.notEqual(code, 2, `the verdict could not be found out: ${stdout.slice(0, 2000)}${stderr}`);
      return { ...(JSON.parse(stdout) as Verdict), exitCode: code };
    },
    logs: async () => (await run(['docker', 'compose', 'logs', '--no-color', '--tail', '40'], { env })).stdout,
    async down() {
      await must(['docker', 'compose', 'down', '--volumes', '--timeout', '5'], { env, timeoutMs: LIMIT_MS });
    },
  };
  return lab;
}
