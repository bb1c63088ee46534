// The platform as a process, asked over HTTP, on a real engine and a real Compose project.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../../scripts/local/free-port.ts';
import type { PlatformEvent } from '../../services/platform/events.ts';
import type { RoleView } from '../../services/platform/replicas.ts';
import type { SetOutcome } from '../../services/platform/setting.ts';
import type { RoleReplica } from '../../services/platform/view.ts';
import type { Scope } from '../helpers/broker.ts';
import { type ComposeProject, NODE_IMAGE, openComposeProject } from '../helpers/compose-project.ts';
import { eventually } from '../helpers/eventually.ts';
import { type Program, startProgram } from '../helpers/processes.ts';
import { noContainer } from '../helpers/servers.ts';
import { undoStack } from '../helpers/undo.ts';

const TOKEN = 'a-token-for-tests';
const absent = await noContainer(NODE_IMAGE);

interface Answer<T> {
  status: number;
  body: T;
}

interface PlatformUnderTest {
  readonly url: string;
  readonly program: Program;
  ask<T = Record<string, unknown>>(method: string, path: string, body?: unknown, headers?: object): Promise<Answer<T>>;
  replicas(role: string): Promise<RoleReplica[]>;
  /** Waits until so many replicas of a role are in a state. */
  inState(role: string, state: string, count: number): Promise<RoleReplica[]>;
  set(role: string, replicas: number): Promise<SetOutcome>;
  /** All events from now on. */
  events(scope: Scope): Promise<PlatformEvent[]>;
}

/** A request to the letter: `fetch` would tidy up the path. */
function rawAsk(
  url: string,
  { method, path, headers = {}, body = '' }: { method: string; path: string; headers?: object; body?: string },
): Promise<Answer<Record<string, unknown>>> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        hostname,
        port,
        method,
        path,
        agent: false,
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      },
      (response) => {
        let text = '';
        response.on('data', (part) => {
          text += part;
        });
        response.on('end', () => resolve({ status: response.statusCode!, body: text === '' ? {} : JSON.parse(text) }));
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

async function startPlatform(
  scope: Scope,
  project: ComposeProject,
  env: Record<string, string> = {},
): Promise<PlatformUnderTest> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const program = startProgram(scope, [process.execPath, 'services/platform/main.ts'], {
    env: {
      HOST: '127.0.0.1',
      PORT: String(port),
      COMPOSE_PROJECT: project.name,
      COMPOSE_FILE: join(project.folder, 'docker-compose.yml'),
      GUV: join(project.folder, 'guv.yaml'),
      LAB_TOKEN: TOKEN,
      ...env,
    },
  });
  const platform: PlatformUnderTest = {
    url,
    program,
    async ask(method, path, body, headers = {}) {
      const response = await fetch(url + path, {
        method,
        headers: { authorization: `Bearer ${TOKEN}`, ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as never };
    },
    async replicas(role) {
      const { status, body } = await platform.ask<{ replicas: RoleReplica[] }>('GET', `/replicas?role=${role}`);
      assert.equal(status, 200, JSON.stringify(body));
      return body.replicas;
    },
    inState: (role, state, count) =>
      eventually(`${count} of ${role} are ${state}`, async () => {
        const found = (await platform.replicas(role)).filter((one) => one.state === state);
        return found.length === count && found;
      }),
    async set(role, replicas) {
      const { status, body } = await platform.ask<SetOutcome>('PUT', `/roles/${role}`, { replicas });
      assert.equal(status, 200, JSON.stringify(body));
      return body;
    },
    async events(inner) {
      const ended = new AbortController();
      inner.after(async () => ended.abort());
      const headers = { authorization: `Bearer ${TOKEN}` };
      const response = await fetch(`${url}/events`, { headers, signal: ended.signal });
      const heard: PlatformEvent[] = [];
      const { Readable } = await import('node:stream');
      const lines = createInterface({ input: Readable.fromWeb(response.body as never).on('error', () => {}) });
      lines.on('line', (line) => heard.push(JSON.parse(line)));
      lines.on('error', () => {});
      return heard;
    },
  };
  await eventually('the platform answers', async () => {
    if (program.child.exitCode !== null) throw new Error(program.output());
    return (await fetch(`${url}/healthz`)).status > 0;
  });
  return platform;
}

const GUV = `
'*': { maximum: 4, deadline: 60, processing: 1 }
worker: {}
busy: { maximum: 3 }
idle: { worker: idling }
loops: {}
restarts: {}
stubborn: {}
missing: {}
`;
const SERVICES = `
  worker: { <<: *worker, environment: { PORT: "9464" }, scale: 2 }
  busy: { <<: *worker, environment: { PORT: "9464" } }
  idling: { <<: *worker, environment: { PORT: "9464" } }
  loops: { <<: *worker, environment: { LIFE_MS: "100" }, restart: "no" }
  restarts: { <<: *worker, environment: { LIFE_MS: "100" } }
  stubborn: { <<: *worker, environment: { PORT: "9464", DRAIN_MS: never }, stop_grace_period: 1s }
  database: { <<: *worker }
`;

describe('the platform', { skip: absent }, () => {
  const scope = undoStack({ after });
  let project: ComposeProject;
  let platform: PlatformUnderTest;

  before(async () => {
    project = await openComposeProject(scope, SERVICES);
    await writeFile(join(project.folder, 'guv.yaml'), GUV);
    await project.compose('up', '--detach', '--scale', 'loops=0', '--scale', 'restarts=0');
    await project.compose('up', '--no-start', 'loops', 'restarts');
    platform = await startPlatform(scope, project);
    await platform.inState('worker', 'ready', 2);
  });

  test('it knows the roles of guv.yaml that the lab has, what they may have, and the numbers of the Compose file', async () => {
    const { roles } = (await platform.ask<{ roles: RoleView[] }>('GET', '/roles')).body;
    assert.deepEqual(
      roles.map(({ role, service, most, composeReplicas }) => [role, service, most, composeReplicas]),
      [
        ['worker', 'worker', 4, 2],
        ['busy', 'busy', 3, 1],
        ['idle', 'idling', 4, 1],
        ['loops', 'loops', 4, 1],
        ['restarts', 'restarts', 4, 1],
        ['stubborn', 'stubborn', 4, 1],
      ],
    );
    assert.equal(roles[0]!.because, 'the maximum of worker in guv.yaml is 4');
    assert.deepEqual(roles[0]!.replicas, { starting: 0, ready: 2, draining: 0, exited: 0, dead: 0 });
  });

  test('a role is set to a number, and back, and its replicas are told of as they come and go', async (t) => {
    const events = await platform.events(undoStack(t));
    const up = await platform.set('worker', 4);
    assert.deepEqual([up.from, up.to, up.starting.length, up.held], [2, 4, 2, undefined]);
    await eventually('both are told to be ready', () =>
      up.starting.every((one) => events.some(({ id, event, to }) => id === one && event === 'state' && to === 'ready')),
    );
    const down = await platform.set('worker', 2);
    assert.deepEqual([down.from, down.to], [4, 2]);
    assert.deepEqual(down.draining.sort(), up.starting.sort(), 'among equals the newest go');
    await eventually('they are gone', async () => (await platform.replicas('worker')).length === 2);
    const endings = await eventually('their ends are told', () => {
      const ended = events.filter(({ event }) => event === 'ended');
      return ended.length === 2 && ended.map(({ ending }) => ending);
    });
    assert.deepEqual(endings, ['drained', 'drained']);
    const story = await eventually('its whole story is told', () => {
      const told = events.filter(({ id, event }) => id === up.starting[0] && event === 'state').map(({ to }) => to);
      return told.at(-1) === 'gone' && told;
    });
    assert.deepEqual(story, ['starting', 'ready', 'draining', 'gone']);
  });

  test('those that have nothing in hand go before a busy one, however new that is', async () => {
    const { starting } = await platform.set('worker', 3);
    await platform.inState('worker', 'ready', 3);
    const newest = (await platform.replicas('worker')).find(({ id }) => id === starting[0]);
    await fetch(`http://${newest!.address}/in-hand/5`);
    const { draining } = await platform.set('worker', 1);
    assert.equal(draining.length, 2);
    assert.ok(!draining.includes(newest!.id));
    await platform.set('worker', 2);
    await platform.inState('worker', 'ready', 2);
  });

  test('more than the bounds allow is not had, and why is said', async () => {
    const outcome = await platform.set('busy', 9);
    assert.deepEqual([outcome.to, outcome.most, outcome.held], [3, 3, 'the maximum of busy in guv.yaml is 3']);
    await platform.inState('busy', 'ready', 3);
    await platform.set('busy', 1);
  });

  test('of several requests at once the last one counts', async () => {
    const wanted = [3, 1, 4, 2, 3];
    const outcomes = await Promise.all(wanted.map((number) => platform.set('idle', number)));
    assert.equal(outcomes.at(-1)!.to, 3);
    await platform.inState('idle', 'ready', 3);
    assert.equal((await project.ids('idling')).length, 3);
    await platform.set('idle', 1);
  });

  test('one that does not end within its grace is told of as killed', async (t) => {
    const events = await platform.events(undoStack(t));
    await platform.set('stubborn', 2);
    await platform.inState('stubborn', 'ready', 2);
    await platform.set('stubborn', 1);
    const ended = await eventually('the end is told', () =>
      events.find(({ event, role }) => event === 'ended' && role === 'stubborn'),
    );
    assert.equal(ended.ending, 'killed');
    assert.match(ended.text, /did not end within its grace and was killed/);
  });

  test('what a person has killed stays dead until a number is set', async () => {
    const [victim] = await platform.inState('worker', 'ready', 2);
    const killed = await platform.ask<RoleReplica>('POST', `/replicas/${victim!.id}/kill`);
    assert.equal(killed.status, 200);
    const [dead] = await platform.inState('worker', 'dead', 1);
    assert.deepEqual([dead!.id, dead!.exitCode, dead!.crashLooping], [victim!.id, 137, false]);
    await platform.set('busy', 2); // the platform is at work meanwhile, on others
    await platform.inState('busy', 'ready', 2);
    await platform.inState('worker', 'dead', 1);
    const { starting } = await platform.set('worker', 2);
    assert.deepEqual(starting, [victim!.id]);
    await platform.inState('worker', 'ready', 2);
  });

  test('a replica is paused, resumed, cut off, healed, restarted and sent a signal', async () => {
    const [{ id }] = (await platform.inState('worker', 'ready', 2)) as [RoleReplica];
    const act = async (action: string, body?: object) => {
      const { status, body: replica } = await platform.ask<RoleReplica>('POST', `/replicas/${id}/${action}`, body);
      assert.equal(status, 200, JSON.stringify(replica));
      return replica;
    };
    assert.equal((await act('pause')).paused, true);
    assert.equal((await act('resume')).paused, false);
    assert.equal((await act('cut')).cut, true);
    assert.equal((await act('heal')).cut, false);
    await act('restart');
    await platform.inState('worker', 'ready', 2);
    await act('signal', { signal: 'SIGTERM' });
    await platform.inState('worker', 'exited', 1);
    await platform.set('worker', 2);
    await platform.inState('worker', 'ready', 2);
  });

  test('a role whose replicas only die is tried less and less often, and is said to be crash-looping', async (t) => {
    const events = await platform.events(undoStack(t));
    const held = await eventually('it is held back', async () => (await platform.set('loops', 1)).held);
    assert.match(held, /^loops is crash-looping: the next try is in \d+ s$/);
    const { roles } = (await platform.ask<{ roles: RoleView[] }>('GET', '/roles')).body;
    const { crashLooping } = roles.find(({ role }) => role === 'loops')!;
    assert.ok(crashLooping!.again >= crashLooping!.since);
    assert.equal(events.filter(({ event, role }) => event === 'crash-looping' && role === 'loops').length, 1);
    assert.equal((await project.ids('loops')).length, 1, 'the same container is tried, and no heap of them left');
  });

  test('one that Docker itself starts again and again is no capacity, and no others are heaped up beside it', async () => {
    await platform.set('restarts', 1);
    const [looping] = await eventually('it is found to be crash-looping', async () => {
      const all = await platform.replicas('restarts');
      return all.some(({ crashLooping }) => crashLooping) && all;
    });
    assert.ok(looping!.restarts >= 2, `${looping!.restarts} restarts`);
    await platform.set('restarts', 2);
    await platform.set('restarts', 2);
    assert.ok((await project.ids('restarts')).length <= 2);
    const { draining } = await platform.set('restarts', 0);
    assert.ok(draining.length > 0);
    await eventually('it has come to rest', async () =>
      (await platform.replicas('restarts')).every(({ state }) => state === 'dead'),
    );
  });

  test('whoever does not have the token gets nothing but health and metrics', async () => {
    for (const authorization of [undefined, 'Bearer ', 'Bearer wrong', `Basic ${TOKEN}`, `Bearer ${TOKEN}x`]) {
      const headers = authorization === undefined ? {} : { authorization };
      for (const path of ['/roles', '/replicas', '/events', '/nothing']) {
        const { status, body } = await rawAsk(platform.url, { method: 'GET', path, headers });
        assert.equal(status, 401, `${authorization} ${path}`);
        assert.equal(body.detail, 'expected the header `authorization: Bearer <LAB_TOKEN>`');
      }
    }
    assert.equal((await fetch(`${platform.url}/healthz`)).status, 200);
    assert.match(await (await fetch(`${platform.url}/metrics`)).text(), /queuelab_platform_events_total\{of="worker"/);
    assert.ok(!platform.program.output().includes(TOKEN), 'the token is not logged');
  });

  test('no web page, and no host name of somebody else, may ask', async () => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    for (const more of [
      { origin: 'http://127.0.0.1' },
      { host: 'evil.example' },
      { host: 'localhost.evil.example:80' },
    ]) {
      const { status } = await rawAsk(platform.url, {
        method: 'GET',
        path: '/roles',
        headers: { ...headers, ...more },
      });
      assert.equal(status, 403, JSON.stringify(more));
    }
    const inside = { method: 'GET', path: '/roles', headers: { ...headers, host: 'platform:9470' } };
    assert.equal((await rawAsk(platform.url, inside)).status, 200);
  });

  test('nothing of the engine but replicas of the roles can be reached', async () => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const [database] = await project.ids('database');
    const [worker] = await project.ids('worker');
    const id = worker!.slice(0, 12);
    // Those of the project: others on this machine come and go.
    const all = () =>
      project.docker('ps', '-aq', '--no-trunc', '--filter', `label=com.docker.compose.project=${project.name}`);
    const before = await all();
    const tries: [string, string, number[]][] = [
      ['GET', '/replicas/../../images/json', [404]],
      ['GET', '/replicas/..%2f..%2fimages%2fjson', [404, 405]],
      ['POST', `/replicas/${id}%2fexec/kill`, [404]],
      ['POST', `/replicas/${id}%2f..%2f${database}/kill`, [404]],
      ['POST', `/replicas/${id}/exec`, [404]],
      ['POST', `/replicas/${id}/kill/..%2f..`, [404]],
      ['POST', '/replicas//kill', [404]],
      ['POST', `/replicas/${id}?signal=SIGKILL/kill`, [404]],
      ['POST', `/replicas/${database!.slice(0, 12)}/kill`, [404]],
      ['POST', `/replicas/${project.name}-worker-1/kill`, [404]],
      ['POST', `/replicas/${worker}/kill`, [404]],
      ['POST', '/replicas/%/kill', [400]],
      ['POST', '/containers/create', [404]],
      ['DELETE', `/replicas/${id}`, [404]],
      ['DELETE', '/roles/worker', [405]],
      ['PUT', '/roles/database', [404]],
      ['PUT', '/roles/missing', [404]],
      ['PUT', '/roles/__proto__', [404]],
      ['PUT', '/roles/idling', [404]],
      ['GET', '/replicas?role=database', [404]],
      ['GET', '//evil/roles', [404]],
      ['GET', 'http://127.0.0.1/roles', [400]],
    ];
    for (const [method, path, expected] of tries) {
      const { status, body } = await rawAsk(platform.url, { method, path, headers, body: '{"replicas":1}' });
      assert.ok(expected.includes(status), `${method} ${path} was answered with ${status}: ${JSON.stringify(body)}`);
      assert.equal(typeof body.detail, 'string');
    }
    assert.equal(await all(), before);
    assert.equal((await project.inspect(worker!)).State.Running, true);
  });

  test('odd numbers, odd signals and odd bodies are refused in words', async () => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const [worker] = await project.ids('worker');
    const put = (body: string) => rawAsk(platform.url, { method: 'PUT', path: '/roles/worker', headers, body });
    for (const number of ['-1', '1.5', '1e9', '10001', '"3"', 'null', '[2]', '{}', 'true']) {
      const { status, body } = await put(`{"replicas":${number}}`);
      assert.equal(status, 422, number);
      assert.equal(body.detail, 'the body must be {"replicas": n} with a whole number from 0 to 10000');
    }
    assert.equal((await put('{"replicas":2,"image":"alpine"}')).status, 422);
    for (const body of ['', 'three', '{"replicas":NaN}', '{"replicas":'])
      assert.equal((await put(body)).status, 400, body);
    assert.equal((await put(`{"replicas":2,"x":"${'x'.repeat(70_000)}"}`)).status, 413);
    for (const signal of ['SIGUSR1', 'SIGSTOP', '9', 'KILL', '']) {
      const path = `/replicas/${worker!.slice(0, 12)}/signal`;
      const body = JSON.stringify({ signal });
      assert.equal((await rawAsk(platform.url, { method: 'POST', path, headers, body })).status, 422, signal);
    }
    await platform.inState('worker', 'ready', 2);
  });

  test('a guv.yaml that cannot be used leaves the last good one in force, and one that is mended counts', async () => {
    await writeFile(join(project.folder, 'guv.yaml'), 'worker: { maximum: two }\n');
    assert.equal((await platform.set('worker', 2)).most, 4);
    const health = (await (await fetch(`${platform.url}/healthz`)).json()) as { ok: boolean; detail: { guv: string } };
    assert.equal(health.ok, true);
    assert.match(health.detail.guv, /guv\.yaml:1: /);
    await writeFile(join(project.folder, 'guv.yaml'), GUV.replace('worker: {}', 'worker: { maximum: 2 }'));
    assert.equal((await platform.set('worker', 3)).held, 'the maximum of worker in guv.yaml is 2');
    await writeFile(join(project.folder, 'guv.yaml'), GUV);
  });

  test('an engine that does not answer is told in words, and the health says so, too', async (t) => {
    const lost = await startPlatform(undoStack(t), project, { DOCKER_SOCKET: '/nowhere/docker.sock' });
    const { status, body } = await lost.ask('GET', '/roles');
    assert.equal(status, 503);
    assert.match(String(body.detail), /the Docker engine does not answer at \/nowhere\/docker.sock/);
    await eventually('the health says so', async () => (await fetch(`${lost.url}/healthz`)).status === 503);
  });
});

describe('the end of a lab with a platform', { skip: absent }, () => {
  test('a platform that is SIGKILLed in the middle of a set leaves nothing that `down` does not take away', async (t) => {
    const scope = undoStack(t);
    const project = await openComposeProject(scope, '  worker: { <<: *worker, environment: { PORT: "9464" } }\n');
    await writeFile(join(project.folder, 'guv.yaml'), 'worker: { maximum: 6, deadline: 60, processing: 1 }\n');
    await project.compose('up', '--detach');
    const platform = await startPlatform(scope, project);
    void platform.set('worker', 6).catch(() => {});
    await eventually('it is at it', async () => (await project.ids('worker')).length > 1, { everyMs: 5 });
    await platform.program.end('SIGKILL');
    await project.compose('down', '--timeout', '1');
    assert.deepEqual(await project.leftovers(), []);
  });
  test('what is added while the lab is taken down does not outlive it', async (t) => {
    const scope = undoStack(t);
    const project = await openComposeProject(
      scope,
      `
  worker: { <<: *worker, environment: { PORT: "9464" } }
  slow: { <<: *worker, environment: { PORT: "9464", DRAIN_MS: "2000" }, depends_on: [platform] } # ends first, and takes its time
  platform:
    <<: *worker
    user: root
    working_dir: /lab
    command: [node, services/platform/main.ts]
    environment: { HOST: 0.0.0.0, PORT: 9470, GUV: /project/guv.yaml, COMPOSE_FILE: /project/docker-compose.yml, LAB_TOKEN: ${TOKEN} }
    mem_limit: 256m
    cpus: 1
    ports: [127.0.0.1::9470]
    volumes:
      - ROOT/services:/lab/services:ro
      - ROOT/node_modules:/lab/node_modules:ro
      - ROOT/package.json:/lab/package.json:ro
      - FOLDER:/project:ro
      - SOCKET:/var/run/docker.sock
`.replace('SOCKET', process.env.DOCKER_SOCKET || '/var/run/docker.sock'),
    );
    await writeFile(join(project.folder, 'guv.yaml'), 'worker: { maximum: 6, deadline: 60, processing: 1 }\n');
    await project.compose('up', '--detach');
    const url = `http://${await project.compose('port', 'platform', '9470')}/roles/worker`;
    const headers = { authorization: `Bearer ${TOKEN}` };
    async function set(replicas: number): Promise<SetOutcome> {
      const response = await fetch(url, { method: 'PUT', headers, body: JSON.stringify({ replicas }) });
      if (!response.ok) throw new Error(await response.text());
      return (await response.json()) as SetOutcome;
    }
    const { to } = await eventually('it answers', () => set(1));
    assert.equal(to, 1, 'it has found its own project by itself');
    let sets = 0;
    const down = project.compose('down').finally(() => {
      sets = -1;
    });
    while (sets >= 0) {
      await set(2 + (sets % 5)).catch(() => wait(10));
      if (sets >= 0) sets += 1;
    }
    await down;
    assert.deepEqual(await project.leftovers(), []);
  });
});
