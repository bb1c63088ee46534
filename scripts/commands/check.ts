// `./lab check`: whether what a chapter asks for has happened in the running lab, with the numbers.
import type { Command } from '../command.ts';
import { createProgress } from '../progress.ts';
import { requireLab } from '../running-lab.ts';
import type { Finding } from '../workshop/chapter-check.ts';
import { type Chapter, findChapter, readChapters } from '../workshop/chapters.ts';
import { type Checked, checkReport, isPassed } from '../workshop/check-report.ts';
import { createEvidence } from '../workshop/evidence.ts';
import { explained } from '../workshop/lab-findings.ts';
import { loadCheck } from '../workshop/load-check.ts';
import { readProgress, setPassed } from '../workshop/progress-file.ts';

/** @throws {CannotRun} where something could not be looked at, with what does not run */
async function look(chapter: Chapter): Promise<{ findings: Finding[]; leftOut: string[] }> {
  const check = await loadCheck(chapter);
  const lab = await requireLab();
  const { since } = await readProgress();
  const progress = createProgress();
  const leftOut: string[] = [];
  const evidence = createEvidence(lab, { since, onProgress: progress.show, onLeftOut: (text) => leftOut.push(text) });
  try {
    return { findings: await check.findings(evidence), leftOut };
  } catch (error) {
    throw await explained(error as Error, evidence);
  } finally {
    progress.clear();
  }
}

function asJson(checked: Checked): string {
  const { chapter, findings, leftOut, next } = checked;
  const { number, title, file } = chapter;
  return JSON.stringify({
    chapter: number,
    title,
    file,
    passed: isPassed(checked),
    findings,
    leftOut,
    next: next?.number ?? null,
  });
}

export const command: Command = {
  summary: "see whether a chapter's steps were done, by what happened in the lab",
  usage: '<chapter>',
  positionals: { min: 1, max: 1 },
  options: { json: { type: 'boolean', help: 'as one JSON object' } },
  more:
    'It asks the running lab what happened in it since ./lab reset or ./lab goto, and changes nothing. Exit code 0: all of it is true, which\n' +
    './lab progress remembers; 1: something is not, and a hint says what to do; 2: it could not be found out.\n' +
    'Examples:\n' +
    '  ./lab check 2\n' +
    '  ./lab check 2 --json',
  async run({ values, positionals: [given = ''] }) {
    const chapters = readChapters();
    const chapter = findChapter(chapters, given);
    const seen = await look(chapter);
    const checked: Checked = { chapter, ...seen, next: chapters.find(({ number }) => number > chapter.number) };
    if (isPassed(checked)) await setPassed(chapter.number);
    console.log(values.json ? asJson(checked) : checkReport(checked));
    return isPassed(checked) ? 0 : 1;
  },
};
