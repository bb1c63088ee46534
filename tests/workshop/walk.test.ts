// The walk itself, over a small chapter of commands that every machine has.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Mode, readChapter } from '../../scripts/workshop/chapter.ts';
import { openChapterShell } from './chapter-shell.ts';
import { createSteps, type StepContext } from './steps.ts';
import { walkBlocks } from './walk.ts';

const FILE = 'workshop/09-small.md';
const CHAPTER = `# Small

\`\`\`sh
n=$((3 * 4))
echo "$n images in 0.5 s"
\`\`\`

\`\`\`text expect
[10..14] images in [0.1..1] s
\`\`\`

\`\`\`sh docker exit=1
test "$n" = 13
\`\`\`

\`\`\`text expect
\`\`\`

\`\`\`sh
echo "n is $n"; echo warned >&2
\`\`\`

\`\`\`text expect docker
n is 12
warned
\`\`\`

\`\`\`text expect no-docker
n is [1..12]
\`\`\`
`;

interface Told {
  name: string;
  outcome: string;
}

/** Walks a text, and tells each step with what came of it. */
async function walked(t: TestContext, text: string, mode: Mode): Promise<Told[]> {
  const { blocks, problems } = readChapter(text, FILE);
  assert.deepEqual(problems, []);
  const shell = openChapterShell(process.env);
  t.after(() => shell.end());
  const told: Told[] = [];
  const context: StepContext = {
    async test(name, { skip }, body) {
      const outcome =
        skip ??
        (await body().then(
          () => 'passed',
          (error: Error) => error.message,
        ));
      told.push({ name, outcome });
    },
  };
  const steps = createSteps(context);
  await walkBlocks(FILE, blocks, { shell, mode, steps });
  const allPassed = await steps.end();
  assert.equal(
    allPassed,
    told.every(({ outcome }) => outcome === 'passed'),
  );
  return told;
}

test('the blocks of a mode are run in one shell, and named by file, line and command', async (t) => {
  assert.deepEqual(await walked(t, CHAPTER, 'docker'), [
    { name: '09-small.md:3 n=$((3 * 4)) …', outcome: 'passed' },
    { name: '09-small.md:12 test "$n" = 13', outcome: 'passed' },
    { name: '09-small.md:19 echo "n is $n"; echo warned >&2', outcome: 'passed' },
  ]);
  assert.deepEqual(
    (await walked(t, CHAPTER, 'no-docker')).map(({ name }) => name.split(' ')[0]),
    ['09-small.md:3', '09-small.md:19'],
  );
});

test('an output that has drifted fails with the line that is missing, and the rest is said not to be run', async (t) => {
  const [first, rest, ...more] = await walked(t, CHAPTER.replace('[10..14]', '[13..14]'), 'docker');
  assert.equal(
    first?.outcome,
    'line 8: expected "[13..14] images in [0.1..1] s", got "12 images in 0.5 s": 12 is not within [13..14]\n' +
      '--- n=$((3 * 4))\necho "$n images in 0.5 s"\n12 images in 0.5 s\n---',
  );
  assert.deepEqual(rest, { name: '2 more', outcome: 'not run, since this failed: 09-small.md:3 n=$((3 * 4)) …' });
  assert.deepEqual(more, []);
});

test('another exit code than the one that is expected fails with what was said', async (t) => {
  const told = await walked(t, CHAPTER.replace('exit=1', 'exit=2'), 'docker');
  assert.match(told[1]!.outcome, /^it ended with 1, expected 2\n--- test "\$n" = 13/);
  assert.equal(told.length, 3);
});
