import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Situation } from '../../services/scaler/deciding/types.ts';
import type { RoleSettings } from '../../services/shared/guv/settings.ts';
import { readPolicies } from './policy-option.ts';

async function file(t: TestContext, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'queuelab-policy-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'mine.ts');
  await writeFile(path, text);
  return path;
}

const asked = [{ waiting: 7 } as Situation, { concurrency: 2 } as RoleSettings] as const;

test('policies are found by name, and may look as often as is said', async () => {
  const found = await readPolicies('deadline,guv@5, keda-queue-length');
  assert.deepEqual(
    found.map(({ label, name, poll }) => [label, name, poll]),
    [
      ['deadline', 'deadline', undefined],
      ['guv@5', 'guv', 5],
      ['keda-queue-length', 'keda-queue-length', undefined],
    ],
  );
});

test("one's own policy is a file with a function, and is called as the live one is", async (t) => {
  const path = await file(
    t,
    'export default ({ waiting }, { concurrency }) => ({ replicas: waiting / concurrency, reason: "as many as wait" });',
  );
  const [mine] = await readPolicies(path);
  assert.equal(mine!.name, 'mine');
  assert.deepEqual(mine!.policy(...asked), { replicas: 4, term: 'own', formula: 'as many as wait' });
});

test('a policy that answers nonsense or throws is counted, with what was wrong', async (t) => {
  for (const [text, problem] of [
    ['export default () => Number.NaN', /asked for NaN replicas/],
    ['export default () => { throw new Error("no idea") }', /^no idea$/],
    ['export default async () => 3', /^it is async, and a simulation does not wait$/],
  ] as const) {
    const [mine] = await readPolicies(await file(t, text));
    assert.throws(() => mine!.policy(...asked), { message: problem });
    assert.throws(() => mine!.policy(...asked), { message: problem });
    assert.equal(mine!.failures.count, 2);
    assert.match(mine!.failures.last, problem);
  }
});

test('what is no policy is told in one sentence', async (t) => {
  const cases: [string, RegExp][] = [
    [
      'deadlin',
      /^--policy takes deadline, guv, keda-queue-length or a file such as policies\/mine\.ts, got "deadlin"$/,
    ],
    ['', /^--policy takes .*, got ""$/],
    ['guv,guv', /^--policy has guv twice$/],
    ['guv@soon', /^the poll of guv@soon must be a number above 0, up to 3600, got "soon"$/],
    ['policies/Mine.ts', /is named in small letters, digits and hyphens, got "policies\/Mine\.ts"$/],
    ['nowhere/mine.ts', /^the policy nowhere\/mine\.ts cannot be loaded: /],
    [await file(t, 'export const policy = 1'), /must export a function as its default$/],
    [await file(t, 'export default ('), /cannot be loaded: /],
  ];
  for (const [text, expected] of cases) {
    await assert.rejects(
      readPolicies(text),
      (error: Error) => error.name === 'CannotRun' && expected.test(error.message),
    );
  }
});
