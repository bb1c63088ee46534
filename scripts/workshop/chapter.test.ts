import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectedIn, readChapter } from './chapter.ts';

const GOOD = `# Kill a worker

Text with \`\`\`sh in it, and a block for reading:

\`\`\`yaml
resize: {maximum: 6}
\`\`\`

\`\`\`sh
./lab goto 2
\`\`\`

\`\`\`text expect
at the start of chapter 2
\`\`\`

\`\`\`sh docker exit=1
docker compose kill resize
\`\`\`

\`\`\`text expect
Killed
\`\`\`

\`\`\`\`sh
n=3
echo "\`\`\`sh"
\`\`\`\`

\`\`\`text expect docker
a
\`\`\`

\`\`\`text expect no-docker
b
\`\`\`
`;

/** The problems of a chapter that has nothing but these lines. */
const problemsOf = (...lines: string[]): string[] => readChapter(lines.join('\n'), '09-x.md').problems;
const EXPECT = ['```text expect', 'a', '```'];

test('a chapter is read as its commands, with their lines, modes, exit codes and results', () => {
  const { title, blocks, problems } = readChapter(GOOD, '02-kill-a-worker.md');
  assert.deepEqual(problems, []);
  assert.equal(title, 'Kill a worker');
  assert.deepEqual(
    blocks.map(({ line, command, modes, exit }) => ({ line, command, modes, exit })),
    [
      { line: 9, command: './lab goto 2', modes: ['docker', 'no-docker'], exit: 0 },
      { line: 17, command: 'docker compose kill resize', modes: ['docker'], exit: 1 },
      { line: 25, command: 'n=3\necho "```sh"', modes: ['docker', 'no-docker'], exit: 0 },
    ],
  );
  assert.equal(expectedIn(blocks[0]!, 'no-docker')?.text, 'at the start of chapter 2');
  assert.equal(expectedIn(blocks[1]!, 'no-docker'), undefined);
  assert.deepEqual(
    (['docker', 'no-docker'] as const).map((mode) => expectedIn(blocks[2]!, mode)),
    [
      { line: 30, modes: ['docker'], text: 'a' },
      { line: 34, modes: ['no-docker'], text: 'b' },
    ],
  );
});

test('an unknown word behind a fence is named with its file and line', () => {
  assert.deepEqual(problemsOf('', '```sh dokcer', 'ls', '```', ...EXPECT), [
    '09-x.md:2: expected docker, no-docker or exit=<code> behind sh, got "dokcer"',
  ]);
  assert.deepEqual(problemsOf('```sh', 'ls', '```', '```text expect podman', 'a', '```'), [
    '09-x.md:4: expected docker or no-docker behind text expect, got "podman"',
  ]);
  assert.deepEqual(problemsOf('```text expcet', 'a', '```'), [
    '09-x.md:1: expected nothing or expect behind text, got "expcet"',
  ]);
});

test('a command without an expected result directly under it is named', () => {
  const missing = '09-x.md:1: no expected result stands directly under the command block, for docker mode';
  assert.equal(problemsOf('```sh', 'ls', '```')[0], missing);
  assert.deepEqual(problemsOf('```sh docker', 'ls', '```', '', 'You see:', '', ...EXPECT), [
    '09-x.md:7: an expected result stands directly under its command block; there is none above it',
    missing,
  ]);
});

test('a command whose modes differ needs a result for each', () => {
  assert.deepEqual(problemsOf('```sh', 'ls', '```', '```text expect docker', 'a', '```'), [
    '09-x.md:1: no expected result stands directly under the command block, for no-docker mode',
  ]);
  assert.deepEqual(
    problemsOf('```sh docker', 'ls', '```', '```text expect no-docker', 'a', '```')[0],
    '09-x.md:4: the command above it, in line 1, is not run in no-docker mode',
  );
  assert.deepEqual(problemsOf('```sh docker', 'ls', '```', ...EXPECT, ...EXPECT), [
    '09-x.md:7: there is an expected result for docker mode already, above it',
  ]);
});

test('an expected result without a command is named', () => {
  assert.deepEqual(problemsOf('', ...EXPECT), [
    '09-x.md:2: an expected result stands directly under its command block; there is none above it',
  ]);
});

test('a block that would silently not be run is named', () => {
  assert.deepEqual(problemsOf('```bash', 'ls', '```'), [
    '09-x.md:1: a block of commands is marked with sh; bash is not run',
  ]);
  assert.deepEqual(problemsOf('> ```sh', '> ls', '> ```'), ['09-x.md:1: a command block in a quotation is not run']);
  assert.deepEqual(problemsOf('```sh', '```', ...EXPECT), ['09-x.md:1: there is no command in the block']);
  assert.ok(problemsOf('```sh', 'ls').includes('09-x.md:1: the block has no end: no fence closes it'));
});

test('a range that is none is named with its own line', () => {
  assert.deepEqual(problemsOf('```sh', 'ls', '```', '```text expect', 'fine', '[..5] s', '```'), [
    '09-x.md:6: expected a range such as [2..40] or [2..], got [..5]',
  ]);
});

test('what is shown as an example is not run', () => {
  const { blocks, problems } = readChapter('    ```sh\n    ls\n    ```\n\n````text\n```sh\nls\n```\n````\n', 'x.md');
  assert.deepEqual({ blocks, problems }, { blocks: [], problems: [] });
});
