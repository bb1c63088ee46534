// What is looked for in Markdown is found.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anchors, fileNames, labCommands, links, words } from './markdown.ts';

const TEXT = `# The map

See [one](a.md#part), ![two](drawings/b.svg "Title"), [three](<c.md>) and <https://example.org>; \`[not](code.md)\`.
<img src="d.svg" alt=""> [named][n]

[n]: e.md

\`\`\`sh
./lab send 1 --sample 'big one' --wait | head -3   # [not](this.md)
id=$(./lab send --json 2>/dev/null); ./lab trace "$id" && ./lab status
./lab load http \\
  --for 3s
\`\`\`

Then \`./lab kill <role> --every 2s\` or edit \`services/resize/main.ts\`, \`lib/\`, \`README.md\`; not \`NN-x.ts\`, \`a.b()\`, \`resize.IN\`.
`;

test('links and pictures are found, with their lines, and none in code', () => {
  assert.deepEqual(
    links(TEXT).map(({ line, text }) => `${line} ${text}`),
    ['3 a.md#part', '3 drawings/b.svg', '3 c.md', '4 d.svg', '6 e.md'],
  );
});

test('anchors are those that GitHub makes', () => {
  const text =
    '# The `./lab` command: what, and why?\n## Déjà vu_x\n## A [link](b.md) _here_\n\n## Same\n## Same ##\n<a id="own"></a>\n```sh\n# no\n```\n';
  assert.deepEqual(
    [...anchors(text)],
    ['the-lab-command-what-and-why', 'déjà-vu_x', 'a-link-here', 'same', 'same-1', 'own'],
  );
});

test('names of files and folders are found in code in a line', () => {
  assert.deepEqual(
    fileNames(TEXT).map(({ text }) => text),
    ['services/resize/main.ts', 'lib/', 'README.md'],
  );
});

test('commands of ./lab are found up to their ends, and those that are whole are known', () => {
  assert.deepEqual(
    labCommands(TEXT).map(({ line, text, isWhole }) => [line, text, isWhole]),
    [
      [9, "send 1 --sample 'big one' --wait", true],
      [10, 'send --json', true],
      [10, 'trace "$id"', true],
      [10, 'status', true],
      [11, 'load http \\', false],
      [15, 'kill <role> --every 2s', false],
    ],
  );
});

test('a command is split as a shell does', () => {
  assert.deepEqual(words(`connect 'resize OUT -> IN store' --rate "$(calc 1 2)" $n a\\ b`), [
    'connect',
    'resize OUT -> IN store',
    '--rate',
    '$(calc 1 2)',
    '$n',
    'a\\ b',
  ]);
});
