// What the Markdown of this project names is there: links, anchors, files, commands of ./lab and their options; and each chapter of the
// workshop has all that belongs to it.
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { Command } from '../../scripts/command.ts';
import type { ChapterCheck } from '../../scripts/workshop/chapter-check.ts';
import { titleOf, twoDigits } from '../../scripts/workshop/chapters.ts';
import { root } from '../e2e/lab-under-test.ts';
import { chapterFiles } from './chapters.ts';
import { anchors, fileNames, labCommands, links, words } from './markdown.ts';
import { UNDOING } from './undoing.ts';

/** All files of the project, without what is installed or made while it runs. */
const FILES = globSync('**/*', {
  cwd: root,
  exclude: (path) => /^(?:node_modules|\.lab|\.git|coverage)$/.test(path.split('/').at(-1) ?? ''),
});
const TEXTS = new Map(
  FILES.filter((file) => file.endsWith('.md')).map((file) => [file, readFileSync(join(root, file), 'utf8')]),
);
const CHAPTERS = chapterFiles();

/** What the lab makes while it runs, or a person writes: it is spoken of, and not there. */
const MADE =
  /^(?:\.lab|\.env$|node_modules|\.\.)|(?:^|\/)(?:results|state|workshop)\.json$|^(?:logs|rabbitmq|postgres)\/$/;

/** Everything that is wrong in any of the texts, each as `file:line: what`. */
function wrongIn(look: (file: string, text: string) => { line: number; text: string }[]): string[] {
  return [...TEXTS].flatMap(([file, text]) => look(file, text).map((one) => `${file}:${one.line}: ${one.text}`));
}

test('every link leads to a file, and every anchor to a heading', () => {
  const wrong = wrongIn((file, text) =>
    links(text).filter(({ text: target }) => {
      if (/^[a-z][a-z+.-]*:/i.test(target)) return false;
      const [path = '', anchor] = decodeURI(target).split('#');
      const to = path === '' ? file : normalize(join(dirname(file), path));
      if (to.startsWith('..') || path.startsWith('/') || !existsSync(join(root, to))) return true;
      return anchor !== undefined && !anchors(TEXTS.get(to) ?? '').has(anchor);
    }),
  );
  assert.deepEqual(wrong, []);
});

test('every file and folder that is named is there', () => {
  const folders = new Set(FILES.map((file) => `${dirname(file)}/`));
  const known = [...FILES, ...folders].map((file) => `/${file}`);
  const wrong = wrongIn((file, text) =>
    fileNames(text).filter(({ text: name }) => {
      if (MADE.test(name) || existsSync(join(root, dirname(file), name))) return false;
      return !known.some((one) => one.endsWith(`/${name}`));
    }),
  );
  assert.deepEqual(wrong, []);
});

test('every command of ./lab that is named exists, and its options do', async () => {
  const wrong: string[] = [];
  for (const [file, text] of TEXTS) {
    for (const { line, text: rest, isWhole } of labCommands(text)) {
      const [name = '', ...args] = words(rest);
      if (/^[-<[…]/.test(name)) continue; // ./lab --help, ./lab <command>
      const problem = await problemOf(name.replace(/[.,:]+$/, ''), args, isWhole);
      if (problem !== undefined) wrong.push(`${file}:${line}: ./lab ${rest}: ${problem}`);
    }
  }
  assert.deepEqual(wrong, []);
});

/** @param isWhole whether it is to be run as it stands; else only its options are looked at */
async function problemOf(name: string, args: string[], isWhole: boolean): Promise<string | undefined> {
  const file = join(root, 'scripts/commands', `${name}.ts`);
  if (!/^[\w-]+$/.test(name) || !existsSync(file)) return 'there is no such command';
  const { command } = (await import(pathToFileURL(file).href)) as { command: Command };
  const options = { ...command.options, help: { type: 'boolean' } as const };
  const own = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
  for (const word of own) {
    const option = /^\[?--([a-z][\w-]*)/.exec(word)?.[1];
    if (option !== undefined && !(option in options)) return `it has no --${option}`;
  }
  if (!isWhole) return undefined;
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true, strict: true });
    const { min, max } = command.positionals;
    const fits = values.help || (positionals.length >= min && positionals.length <= max);
    return fits ? undefined : `it takes ${min} to ${max} arguments: ${command.usage}`;
  } catch (error) {
    return (error as Error).message;
  }
}

test('there are chapters, numbered from 0 without a gap', () => {
  const numbers = CHAPTERS.map(({ number }) => number);
  assert.ok(numbers.length >= 5);
  assert.deepEqual(numbers, [...numbers.keys()]);
});

for (const chapter of CHAPTERS) {
  const { file, number, text, blocks, solutions } = chapter;
  const name = file.split('/').at(-1)!;

  test(`${name} and its solutions can be walked`, () => {
    assert.deepEqual([...chapter.problems, ...solutions.problems], []);
  });

  test(`${name} begins with its goto and ends with its check, in both modes`, () => {
    for (const mode of ['docker', 'no-docker'] as const) {
      const own = blocks.filter(({ modes, command }) => modes.includes(mode) && command !== './lab progress');
      if (number > 0) assert.equal(own[0]?.command, `./lab goto ${number}`, mode);
      assert.equal(own.at(-1)?.command, `./lab check ${number}`, mode);
      assert.equal(own.at(-1)?.exit, 0, mode);
    }
  });

  test(`${name} asks for a prediction, has exercises, and links their solutions and the next chapter`, () => {
    assert.match(text, /^> \*\*Predict:\*\* /m);
    assert.ok(solutions.exists, `${solutions.file} is there`);
    const targets = links(text).map((link) => link.text.split('#')[0]);
    assert.ok(targets.includes(`solutions/${name}`), 'its solutions are linked');
    const next = CHAPTERS.find((one) => one.number === number + 1)
      ?.file.split('/')
      .at(-1);
    if (next !== undefined) assert.ok(targets.includes(next), `${next} is linked`);
    const back = links(solutions.text).map((link) => link.text.split('#')[0]);
    assert.ok(back.includes(`../${name}`), 'the solutions link their chapter');
  });

  test(`${name} has a check of its own title, and something that undoes it`, async () => {
    const { check } = (await import(pathToFileURL(join(root, chapter.check)).href)) as { check: ChapterCheck };
    assert.equal(check.title, titleOf(text));
    assert.ok(UNDOING[number], `tests/workshop/undoing.ts says what undoes chapter ${twoDigits(number)}`);
  });

  test(`${name} has a row in the table of workshop/README.md and in that of README.md`, () => {
    const row = (from: string, target: string): boolean =>
      (TEXTS.get(from) ?? '').split('\n').some((line) => line.startsWith('|') && line.includes(`](${target})`));
    assert.ok(row('workshop/README.md', name), 'workshop/README.md');
    assert.ok(row('README.md', `workshop/${name}`), 'README.md');
  });
}
