// Stands in for the platform where a test is about the scaler alone: it keeps its promises over HTTP (roles, replicas, a number to set),
// starts nothing, and can be told to boot slowly, to lose a replica, to refuse, and to be away. The real one has tests of its own.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sendJson } from '../../services/shared/http.ts';
import type { Scope } from './broker.ts';

interface StandInReplica {
  id: string;
  role: string;
  state: 'starting' | 'ready';
  since: number;
  requestedAt: number;
  paused: boolean;
}

export interface StandInPlatform {
  url: string;
  token: string;
  /** What it was asked for so far, oldest first. */
  asked: { role: string; replicas: number }[];
  replicas(role: string): number;
  /** A replica is gone, as after `docker kill`. */
  lose(role: string): void;
  /** One that is there and does nothing. */
  pause(role: string): void;
  /** New replicas boot until `boot(role)`. */
  holdBoots(on: boolean): void;
  boot(role: string): void;
  /** Every change is answered 409 with this sentence; undefined: no more. */
  refuse(why: string | undefined): void;
  /** No more than so many fit. */
  bound(most: number): void;
  /** Connections are destroyed unanswered. */
  away(on: boolean): void;
}

const TOKEN = 'test-token';
const COMPOSE_REPLICAS = 1;

async function bodyOf(request: IncomingMessage): Promise<{ replicas: number }> {
  let text = '';
  for await (const part of request) text += part;
  return JSON.parse(text);
}

const problem = (response: ServerResponse, status: number, detail: string): void =>
  sendJson(response, status, { status, title: 'Refused', detail }, { 'content-type': 'application/problem+json' });

/** @param roles each with what docker-compose.yml would start: one */
export async function startStandInPlatform(scope: Scope, roles: readonly string[]): Promise<StandInPlatform> {
  let count = 0;
  let all: StandInReplica[] = [];
  let most = 20;
  let holding = false;
  let refusal: string | undefined;
  let isAway = false;
  const asked: StandInPlatform['asked'] = [];
  const now = (): number => Date.now() / 1_000;

  function add(role: string): string {
    count += 1;
    const id = `${role}-${count}`;
    const state = holding ? 'starting' : 'ready';
    all.push({ id, role, state, since: now(), requestedAt: now(), paused: false });
    return id;
  }
  for (const role of roles) add(role);

  const of = (role: string): StandInReplica[] => all.filter((one) => one.role === role);
  const viewOf = (one: StandInReplica) => ({
    ...one,
    name: one.id,
    service: one.role,
    cut: false,
    crashLooping: false,
    restarts: 0,
  });

  function set(role: string, wanted: number) {
    const before = of(role);
    const to = Math.min(wanted, most);
    const starting = Array.from({ length: Math.max(0, to - before.length) }, () => add(role));
    const draining = before.slice(to).map(({ id }) => id);
    all = all.filter(({ id }) => !draining.includes(id));
    const held = wanted > most ? { held: `only ${most} fit` } : {};
    return { role, from: before.length, to, most, starting, draining, ...held };
  }

  function rolesView() {
    return roles.map((role) => ({
      role,
      service: role,
      replicas: {
        ready: of(role).filter(({ state }) => state === 'ready').length,
        starting: of(role).filter(({ state }) => state === 'starting').length,
        draining: 0,
        exited: 0,
        dead: 0,
      },
      composeReplicas: COMPOSE_REPLICAS,
      most,
      because: 'the test says so',
    }));
  }

  const server = createServer(async (request, response) => {
    if (isAway) return void request.socket.destroy();
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return problem(response, 401, 'the token is wanted');
    const url = new URL(request.url ?? '/', 'http://platform');
    const [, what, name] = url.pathname.split('/');
    if (request.method === 'GET' && url.pathname === '/roles') return sendJson(response, 200, { roles: rolesView() });
    if (request.method === 'GET' && url.pathname === '/replicas') {
      const role = url.searchParams.get('role');
      const replicas = all.filter((one) => role === null || one.role === role).map(viewOf);
      return sendJson(response, 200, { driver: 'stand-in', replicas });
    }
    if (request.method !== 'PUT' || what !== 'roles' || name === undefined) return problem(response, 404, 'not here');
    if (!roles.includes(name)) return problem(response, 404, `there is no role ${name}; there is ${roles}`);
    const { replicas } = await bodyOf(request);
    asked.push({ role: name, replicas });
    if (refusal !== undefined) return problem(response, 409, refusal);
    sendJson(response, 200, set(name, replicas));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  scope.after(async () => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: TOKEN,
    asked,
    replicas: (role) => of(role).length,
    lose(role) {
      const [first] = of(role);
      all = all.filter((one) => one !== first);
    },
    pause(role) {
      of(role)[0]!.paused = true;
    },
    holdBoots(on) {
      holding = on;
    },
    boot(role) {
      for (const one of of(role)) if (one.state === 'starting') Object.assign(one, { state: 'ready', since: now() });
    },
    refuse(why) {
      refusal = why;
    },
    bound(fits) {
      most = fits;
    },
    away(on) {
      isAway = on;
    },
  };
}
