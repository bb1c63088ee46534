// The whole workshop on one lab, chapter after chapter, from its Markdown. For each: doing nothing fails its check, doing what it says
// passes it, its solutions (on Docker) leave it passed, and undoing one thing fails it again.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { downToNothing, type LabUnderTest, run } from '../e2e/lab-under-test.ts';
import { openChapterShell } from './chapter-shell.ts';
import { type ChapterFiles, chapterFiles } from './chapters.ts';
import { createSteps, type StepContext } from './steps.ts';
import { UNDOING } from './undoing.ts';
import { walkBlocks } from './walk.ts';

const LIMIT_MS = 3_600_000;

async function walkChapter(chapter: ChapterFiles, lab: LabUnderTest, t: StepContext): Promise<boolean> {
  const { number, file, blocks, solutions } = chapter;
  const mode = lab.name === 'Docker' ? 'docker' : 'no-docker';
  const shell = openChapterShell(lab.env);
  const steps = createSteps(t);
  const walk = { shell, mode, steps } as const;

  const must = async (command: string): Promise<void> => {
    const { code, output } = await shell.run(command);
    assert.equal(code, 0, `${command} ended with ${code}\n${output}`);
  };
  const check = (why: string, expected: number, says = expected === 1 ? /✗/ : /^/) =>
    steps.step(`${why}: ./lab check ${number} ends with ${expected}`, async () => {
      const { code, output } = await shell.run(`./lab check ${number}`);
      assert.equal(code, expected, output);
      assert.match(output, says);
    });

  try {
    // The first chapter starts the lab itself; each of the others begins with ./lab goto.
    const begin = number === 0 ? 0 : 1;
    await walkBlocks(file, blocks.slice(0, begin), walk);
    if (number === 0) await check('without a lab', 2);
    else await check('doing nothing', 1);

    await walkBlocks(file, blocks.slice(begin), walk); // ends with ./lab check
    if (mode === 'docker') {
      // Once is enough: what their commands do differently without Docker the chapters have shown.
      await walkBlocks(solutions.file, solutions.blocks, walk);
      await check('with the exercises done', 0);
    }

    const undo = UNDOING[number]!;
    await steps.step(undo.command, () => must(undo.command));
    await check('with that undone', 1, undo.says);

    if (number === 0) {
      await steps.step('./lab goto 0', () => must('./lab goto 0'));
      await check('doing nothing', 1);
    }
    return await steps.end();
  } finally {
    await shell.end();
  }
}

/** @param afterwards registers more tests of the same lab, as its chapters leave it */
export function describeWorkshop(lab: LabUnderTest, afterwards: (lab: LabUnderTest) => void): void {
  suite(`the workshop, ${lab.name}`, { timeout: LIMIT_MS }, () => {
    let failed = false;
    before(() => lab.down());
    after(async () => {
      if (failed) process.stderr.write(`${await lab.logs()}\n`);
      await downToNothing(lab);
    });

    for (const chapter of chapterFiles()) {
      test(`${lab.name}: ${chapter.file}`, async (t) => {
        // A chapter that broke off may have left no lab, and ./lab goto would not know which kind to start.
        if (failed && (await run(['./lab', 'status'], { env: lab.env })).code !== 0) await lab.up();
        const failedBefore = failed;
        failed = true; // whatever it is that breaks it off
        failed = !(await walkChapter(chapter, lab, t as StepContext)) || failedBefore;
      });
    }
    afterwards(lab);
  });
}
