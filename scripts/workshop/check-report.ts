// What a chapter's check has found, as a screen: each thing that has to be true, hints under those that are not, and what comes next.
import { printable } from '../printable.ts';
import { paint, plural } from '../terminal.ts';
import type { Finding } from './chapter-check.ts';
import type { Chapter } from './chapters.ts';

export interface Checked {
  chapter: Chapter;
  findings: readonly Finding[];
  /** What was not looked at, a sentence each. */
  leftOut: readonly string[];
  /** The chapter behind it; undefined behind the last. */
  next: Chapter | undefined;
}

/** A check that found nothing has proven nothing. */
export const isPassed = ({ findings }: Pick<Checked, 'findings'>): boolean =>
  findings.length > 0 && findings.every(({ ok }) => ok);

/** What to type and what to open, to go on with a chapter. */
export const howToBegin = ({ number, file }: Chapter): string => `./lab goto ${number}, and open ${file}`;

/** Names of roles and reasons are in it, which others may have written. */
function lines({ ok, text, hint }: Finding): string[] {
  if (ok) return [`${paint('green', '✔')} ${printable(text)}`];
  return [
    `${paint('red', '✗')} ${printable(text)}`,
    ...(hint === undefined ? [] : [paint('dim', `    ${printable(hint)}`)]),
  ];
}

function conclusion(checked: Checked): string {
  const { chapter, findings, next } = checked;
  const { number, file } = chapter;
  if (!isPassed(checked)) {
    const open = findings.filter(({ ok }) => !ok).length;
    return `${open} of ${plural(findings.length, 'finding')} not true yet: go on in ${file}, then ./lab check ${number} again`;
  }
  const passed = paint('green', `chapter ${number} is passed`);
  return next === undefined
    ? `${passed}, and it is the last: ./lab progress shows all`
    : `${passed}; next: ${howToBegin(next)}`;
}

export function checkReport(checked: Checked): string {
  const { chapter, findings, leftOut } = checked;
  return [
    paint('bold', `${chapter.number}  ${chapter.title}`),
    '',
    ...findings.flatMap(lines),
    ...leftOut.map((text) => paint('yellow', `! ${text}`)),
    '',
    conclusion(checked),
  ].join('\n');
}
