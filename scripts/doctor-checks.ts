// What ./lab doctor looks at: each check says what it found, what is needed, and how to mend it.
import { execFile } from 'node:child_process';
import { stat, statfs } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { promisify } from 'node:util';
import { composeVersion, engineVersion } from './docker.ts';
import type { ComposeService } from './local/compose-file.ts';
import { isFree } from './local/free-port.ts';
import { composeVariables } from './local/local-lab.ts';
import { findRabbitmq, installLine } from './local/rabbitmq-install.ts';

export interface Finding {
  what: string;
  /** `note`: not needed as long as the other way to run the lab works. */
  verdict: 'fine' | 'note' | 'problem';
  found: string;
  remedy?: string;
}

const GIB = 1024 ** 3;
const NEEDED = { memoryGib: 4, cores: 2, diskGib: 5 };
/** The first whose `watch` can restart a service. */
const NEEDED_COMPOSE = [2, 32] as const;
const NEEDED_ENGINE = [20, 10] as const;

/** Whether a version such as 2.30.1 is at least [major, minor]. */
export function atLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [m = 0, n = 0] = version.split('.').map(Number);
  return m > major || (m === major && n >= minor);
}

async function engineResources(): Promise<{ memory: number; cores: number }> {
  try {
    const { stdout } = await promisify(execFile)('docker', ['info', '--format', '{{.MemTotal}} {{.NCPU}}']);
    const [memory = 0, cores = 0] = stdout.trim().split(' ').map(Number);
    return { memory, cores };
  } catch {
    return { memory: totalmem(), cores: availableParallelism() };
  }
}

async function dockerChecks(): Promise<{ works: boolean; findings: Finding[] }> {
  const engine = await engineVersion();
  if (engine === undefined) {
    const remedy = 'start Docker, or install it: https://docs.docker.com/get-docker/ (as a user in the group docker)';
    return { works: false, findings: [{ what: 'Docker', verdict: 'problem', found: 'no engine answers', remedy }] };
  }
  const compose = await composeVersion();
  const composeFits = compose !== undefined && atLeast(compose, NEEDED_COMPOSE);
  const findings: Finding[] = [
    atLeast(engine, NEEDED_ENGINE)
      ? { what: 'Docker', verdict: 'fine', found: engine }
      : {
          what: 'Docker',
          verdict: 'problem',
          found: engine,
          remedy: `update Docker to ${NEEDED_ENGINE.join('.')} or newer`,
        },
    composeFits
      ? { what: 'Compose', verdict: 'fine', found: compose }
      : {
          what: 'Compose',
          verdict: 'problem',
          found: compose ?? 'not there',
          remedy: `install the Compose plugin ${NEEDED_COMPOSE.join('.')} or newer: https://docs.docker.com/compose/install/`,
        },
    socketCheck(await engineAddress(), composeVariables('.', process.env).DOCKER_SOCKET),
  ];
  return { works: findings.every(({ verdict }) => verdict === 'fine'), findings };
}

/**
 * Platform gets the engine's socket by a mount. Docker Desktop has it at the usual place for containers, whatever the place on this machine;
 * a rootless engine has it elsewhere.
 * @param engine where the `docker` command finds the engine: `unix:///run/user/1000/docker.sock`
 * @param socket DOCKER_SOCKET, as Compose reads it
 */
export function socketCheck(engine: string, socket = '/var/run/docker.sock'): Finding {
  const ofUser = /^unix:\/\/(\/run\/user\/.*)$/.exec(engine)?.[1];
  if (ofUser === undefined || ofUser === socket) return { what: 'socket', verdict: 'fine', found: socket };
  return {
    what: 'socket',
    verdict: 'problem',
    found: `the engine is at ${ofUser}, and platform is given ${socket}`,
    remedy: `set DOCKER_SOCKET=${ofUser}, e.g. in .env`,
  };
}

/** Where the `docker` command finds its engine. */
async function engineAddress(): Promise<string> {
  if (process.env.DOCKER_HOST) return process.env.DOCKER_HOST;
  try {
    const asked = ['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}'];
    return (await promisify(execFile)('docker', asked)).stdout.trim();
  } catch {
    return '';
  }
}

function rabbitmqCheck(): Finding {
  const programs = findRabbitmq();
  if (programs !== undefined) return { what: 'RabbitMQ', verdict: 'fine', found: programs.server };
  if (process.platform === 'linux' && process.getuid?.() === 0 && installLine().includes('apt-get')) {
    return { what: 'RabbitMQ', verdict: 'fine', found: 'not installed; npm start installs it from the distribution' };
  }
  return {
    what: 'RabbitMQ',
    verdict: 'problem',
    found: 'not installed',
    remedy: `${installLine()} (for the lab without Docker)`,
  };
}

/** Containers read the source through mounts, and not as the user who cloned it. */
async function readableCheck(): Promise<Finding[]> {
  if (process.platform !== 'linux') return [];
  const closed: string[] = [];
  for (const path of ['services', 'services/rabbitmq/lab.conf', 'service.fbp', 'guv.yaml']) {
    if (((await stat(path)).mode & 0o004) === 0) closed.push(path);
  }
  if (closed.length === 0) return [{ what: 'source', verdict: 'fine', found: 'readable for containers' }];
  const found = `not readable for containers: ${closed.join(', ')}`;
  return [
    { what: 'source', verdict: 'problem', found, remedy: 'chmod -R o+rX . (a umask of 077 does that to a clone)' },
  ];
}

async function diskCheck(): Promise<Finding> {
  const { bavail, bsize } = await statfs('.');
  const free = (bavail * bsize) / GIB;
  const found = `${free.toFixed(1)} GiB free`;
  if (free >= NEEDED.diskGib) return { what: 'disk', verdict: 'fine', found };
  return {
    what: 'disk',
    verdict: 'problem',
    found,
    remedy: `make room: ${NEEDED.diskGib} GiB are needed for images and data`,
  };
}

async function machineChecks(): Promise<Finding[]> {
  const { memory, cores } = await engineResources();
  const gib = memory / GIB;
  return [
    gib >= NEEDED.memoryGib
      ? { what: 'memory', verdict: 'fine', found: `${gib.toFixed(1)} GiB` }
      : {
          what: 'memory',
          verdict: 'problem',
          found: `${gib.toFixed(1)} GiB`,
          remedy: `give Docker (or the machine) ${NEEDED.memoryGib} GiB; in Docker Desktop: Settings, Resources`,
        },
    cores >= NEEDED.cores
      ? { what: 'cores', verdict: 'fine', found: String(cores) }
      : {
          what: 'cores',
          verdict: 'note',
          found: String(cores),
          remedy: `with fewer than ${NEEDED.cores} scaling shows badly`,
        },
    await diskCheck(),
    ...(await readableCheck()),
  ];
}

/** The published ports; where the lab runs they are its own. */
async function portChecks(services: readonly ComposeService[], running: boolean): Promise<Finding[]> {
  const ports = services.flatMap((service) => service.ports.map((port) => ({ service: service.name, ...port })));
  if (running) return [{ what: 'ports', verdict: 'fine', found: 'the lab runs and has them' }];
  const taken = [];
  for (const port of ports) if (!(await isFree(port.from))) taken.push(port);
  if (taken.length === 0)
    return [{ what: 'ports', verdict: 'fine', found: `${ports.map(({ from }) => from).join(', ')} are free` }];
  return taken.map(({ service, from, variable }) => ({
    what: `port ${from}`,
    verdict: 'problem' as const,
    found: `taken by another program (wanted by ${service})`,
    remedy:
      variable === undefined ? 'end that program' : `end that program, or set ${variable} to a free port, e.g. in .env`,
  }));
}

function nodeCheck(): Finding {
  const { node } = process.versions;
  return { what: 'Node', verdict: 'fine', found: node };
}

/** All findings. A way to run the lab that is missing is a problem only where the other one is missing too. */
export async function examine(services: readonly ComposeService[], running: boolean): Promise<Finding[]> {
  const docker = await dockerChecks();
  const rabbitmq = rabbitmqCheck();
  const soften = (finding: Finding, other: boolean): Finding =>
    finding.verdict === 'problem' && other ? { ...finding, verdict: 'note' } : finding;
  return [
    ...docker.findings.map((finding) => soften(finding, rabbitmq.verdict === 'fine')),
    soften(rabbitmq, docker.works),
    nodeCheck(),
    ...(await machineChecks()),
    ...(await portChecks(services, running)),
  ];
}
