import assert from 'node:assert/strict';
import { mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually } from '../../../tests/helpers/eventually.ts';
import { settingsOf, situationOf } from '../deciding/situation.fixture.ts';
import type { Wish } from '../deciding/types.ts';
import { type AskedPolicy, type Outcome, ownPolicy } from './own-policy.ts';

/** Long enough for a busy machine; an answer has half of it. */
const settings = settingsOf({ policy: 'mine', pollinterval: 30 });
const ask = (policy: AskedPolicy): Promise<Outcome> => policy.ask(situationOf(), settings);

async function openFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'queuelab-policies-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function openFile(t: TestContext, text: string): Promise<{ policy: AskedPolicy; file: string }> {
  const folder = await openFolder(t);
  const file = join(folder, 'mine.ts');
  await writeFile(file, text);
  const policy = ownPolicy('mine', folder);
  t.after(() => policy.close());
  return { policy, file };
}

async function openHook(t: TestContext, handler: RequestListener): Promise<AskedPolicy> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return ownPolicy(`http://127.0.0.1:${(server.address() as AddressInfo).port}/replicas`, '.');
}

/** What it says when it has been loaded. */
const loaded = (policy: AskedPolicy): Promise<Outcome> =>
  eventually('the policy is loaded', async () => {
    const outcome = await ask(policy);
    return 'problem' in outcome && /loaded$/.test(outcome.problem) ? undefined : outcome;
  });

const problemOf = async (policy: AskedPolicy): Promise<string> => {
  const outcome = await loaded(policy);
  assert.ok('problem' in outcome, JSON.stringify(outcome));
  return outcome.problem;
};

test('a file may give a number, a fraction, a number with a reason, or a promise of one', async (t) => {
  const answers: [string, Partial<Wish>][] = [
    ['(situation) => situation.waiting', { replicas: 4, term: 'own' }],
    ['() => 2.2', { replicas: 3 }],
    ['(_, settings) => ({ replicas: 5, reason: settings.role })', { replicas: 5, formula: 'resize' }],
    ['async () => 6', { replicas: 6 }],
  ];
  for (const [code, expected] of answers) {
    const { policy } = await openFile(t, `export default ${code};`);
    assert.partialDeepStrictEqual(await loaded(policy), expected);
  }
});

test('the example in the folder policies answers', async (t) => {
  const policy = ownPolicy('half-of-deadline', fileURLToPath(new URL('../../../policies', import.meta.url)));
  t.after(() => policy.close());
  assert.deepEqual(await loaded(policy), {
    replicas: 2,
    term: 'own',
    formula: '16 jobs in 6.7 s, at 0.81 s each, take 2',
  });
});

const WRONG: [string, string, RegExp][] = [
  ['is not a number', '() => NaN', /^asked for NaN replicas: a number from 0 to 10000/],
  ['is far too high', '() => 1e9', /^asked for 1000000000 replicas/],
  ['is endless', '() => Infinity', /^asked for Infinity replicas/],
  ['is negative', '() => ({ replicas: -3 })', /^asked for -3 replicas/],
  ['is a text', '() => "3"', /^asked for "3" replicas/],
  ['is nothing', '() => {}', /^asked for undefined replicas/],
  ['is an object without a number', '() => ({ workers: 3 })', /^answered \{\}: a number from 0/],
  ['is an exception', '() => { throw new Error("boom\\nat line 2"); }', /^failed: boom at line 2$/],
  ['is thrown, and no error', '() => { throw 7; }', /^failed: 7$/],
  ['is the end of the process', '() => process.exit(0)', /^ended its thread$/],
];
for (const [what, code, expected] of WRONG) {
  test(`an answer that ${what} is a problem, said in words`, async (t) => {
    const { policy } = await openFile(t, `export default ${code};`);
    assert.match(await problemOf(policy), expected);
  });
}

test('a file that cannot be loaded, or exports no function, is a problem', async (t) => {
  const broken = await openFile(t, 'export default (;');
  assert.match(await problemOf(broken.policy), /^cannot be loaded: /);
  const empty = await openFile(t, 'export const policy = () => 3;');
  assert.match(await problemOf(empty.policy), /^cannot be loaded: a function as its default export was expected/);
});

test('a policy that hangs is ended, and counts again when the file is mended', async (t) => {
  const { policy, file } = await openFile(t, 'export default () => { for (;;); };');
  assert.match(await problemOf(policy), /^did not answer within 1 s$/);
  const started = performance.now();
  assert.match(await problemOf(policy), /^did not answer within 1 s$/);
  assert.ok(performance.now() - started < 500, 'it is not tried again at once');
  await writeFile(file, 'export default () => 3; // mended');
  assert.partialDeepStrictEqual(await loaded(policy), { replicas: 3 });
});

test('a policy that eats memory is ended, and the process goes on', async (t) => {
  const { policy } = await openFile(
    t,
    'const all = []; export default () => { for (;;) all.push(new Array(1e5).fill({})); };',
  );
  assert.match(await problemOf(policy), /^(failed: .*memory|did not answer)/);
});

test('an answer has at most half of the poll', async (t) => {
  const { policy } = await openFile(
    t,
    'let first = true; export default () => { if (first) { first = false; return 1; } for (;;); };',
  );
  await loaded(policy);
  const started = performance.now();
  const outcome = await policy.ask(situationOf(), settingsOf({ pollinterval: 0.4 }));
  assert.deepEqual(outcome, { problem: 'did not answer within 0.2 s' });
  assert.ok(performance.now() - started < 1_000);
});

test('a file that is not there is a problem, until it comes, and when it goes', async (t) => {
  const folder = await openFolder(t);
  const policy = ownPolicy('mine', folder);
  t.after(() => policy.close());
  const missing = { problem: 'is not there: mine.ts was expected in the folder policies' };
  assert.deepEqual(await ask(policy), missing);
  await writeFile(join(folder, 'mine.ts'), 'export default () => 3;');
  assert.partialDeepStrictEqual(await loaded(policy), { replicas: 3 });
  await unlink(join(folder, 'mine.ts'));
  assert.deepEqual(await ask(policy), missing);
});

test('no name leads out of the folder', async () => {
  for (const name of [
    '../mine',
    '/etc/passwd',
    'a/b',
    '..',
    'A',
    'mine.ts',
    '',
    'file:///etc/passwd',
    'ftp://host/x',
    'mine\0',
  ]) {
    const outcome = await ask(ownPolicy(name, '/tmp'));
    assert.deepEqual(
      outcome,
      { problem: 'has a name that is neither small letters, digits and hyphens nor an http address' },
      name,
    );
  }
});

test("the lab's secrets are not in a policy's environment", async (t) => {
  process.env.LAB_TOKEN_OF_TEST = 'secret';
  t.after(() => delete process.env.LAB_TOKEN_OF_TEST);
  const { policy } = await openFile(
    t,
    'export default () => ({ replicas: 1, reason: String(process.env.LAB_TOKEN_OF_TEST) });',
  );
  assert.partialDeepStrictEqual(await loaded(policy), { formula: 'undefined' });
});

test('an address is sent situation and settings, and its answer counts', async (t) => {
  let asked = '';
  const policy = await openHook(t, async (request, response) => {
    for await (const part of request) asked += part;
    response.end('{"replicas": 5, "reason": "from afar"}');
  });
  assert.deepEqual(await ask(policy), { replicas: 5, term: 'own', formula: 'from afar' });
  assert.deepEqual(JSON.parse(asked), JSON.parse(JSON.stringify({ situation: situationOf(), settings })));
});

test('an address that answers wrongly is a problem, said in words', async (t) => {
  const wrong: [RequestListener, RegExp][] = [
    [(_, response) => response.end('{"replicas": 1e9}'), /^asked for 1000000000 replicas/],
    [(_, response) => response.end('{"workers": 3}'), /^answered \{"workers":3\}: a number from 0/],
    [(_, response) => response.end('<html>'), /^answered with something else than JSON: <html>/],
    [(_, response) => response.writeHead(500).end(), /^answered 500$/],
    [
      (_, response) => response.writeHead(302, { location: 'http://127.0.0.1/' }).end(),
      /^answered 302: redirects are not followed/,
    ],
    [
      (_, response) => response.end(`{"replicas": 3, "reason": "${'x'.repeat(100_000)}"}`),
      /^answered with more than 65536 bytes/,
    ],
    [(request) => request.socket.destroy(), /^cannot be reached: /],
  ];
  for (const [handler, expected] of wrong) {
    const outcome = await ask(await openHook(t, handler));
    assert.match('problem' in outcome ? outcome.problem : 'a wish', expected);
  }
});

test('an address that does not answer is given up within half of the poll', async (t) => {
  const policy = await openHook(t, () => {});
  const outcome = await policy.ask(situationOf(), settingsOf({ pollinterval: 0.4 }));
  assert.deepEqual(outcome, { problem: 'did not answer within 0.2 s' });
});

test('an address with a password is not asked', async () => {
  assert.deepEqual(await ask(ownPolicy('http://user:secret@127.0.0.1/x', '.')), {
    problem: 'has an address with a password, which would be shown to all',
  });
});
