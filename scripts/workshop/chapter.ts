// Reads a chapter's Markdown as its commands: what is run where, how it shall end, and what it shall show.
//
//   ```sh no-docker exit=1        a command block; `docker` or `no-docker` where it is for one mode only, exit=0 where none is given
//   ./lab verdict
//   ```
//
//   ```text expect                what it shows, directly under it; `text expect docker` and `text expect no-docker` where that differs
//   3 items lost
//   ```

import { patternProblem } from './expected-line.ts';
import { type Fence, fences } from './fences.ts';

export const MODES = ['docker', 'no-docker'] as const;
export type Mode = (typeof MODES)[number];

export interface Expected {
  line: number;
  modes: readonly Mode[];
  text: string;
}

export interface Block {
  /** Of its opening fence, counted from 1. */
  line: number;
  command: string;
  modes: readonly Mode[];
  /** The exit code with which it shall end: that of the first of its commands that does not end with 0. */
  exit: number;
  /** One for each of its modes; nothing in it means that nothing is printed. */
  expects: Expected[];
}

export interface Chapter {
  /** What its first heading says; empty where it has none. */
  title: string;
  blocks: Block[];
  /** What is wrong with it, each as `02-kill-a-worker.md:41: reason`. */
  problems: string[];
}

const SHELLS = ['bash', 'shell', 'console', 'shell-session', 'zsh'];
const isMode = (word: string): word is Mode => (MODES as readonly string[]).includes(word);

/** What is expected of a block in one mode. */
export function expectedIn(block: Block, mode: Mode): Expected | undefined {
  return block.expects.find(({ modes }) => modes.includes(mode));
}

/** Whether nothing but blank lines stands between the end of a block and the line at which the next begins. */
function nothingBetween(lines: readonly string[], end: number | undefined, line: number): boolean {
  return end !== undefined && lines.slice(end, line - 1).every((text) => text.trim() === '');
}

/** @param file its name, for what is wrong with it */
export function readChapter(text: string, file: string): Chapter {
  const lines = text.split(/\r?\n/);
  const chapter: Chapter = { title: /^# +(.*?)\s*$/m.exec(text)?.[1] ?? '', blocks: [], problems: [] };
  const wrong = (line: number, reason: string): void => void chapter.problems.push(`${file}:${line}: ${reason}`);
  /** The command above, as long as expected results may follow, and where the last of them ends. */
  let above: { block: Block; end: number | undefined } | undefined;

  function readCommand({ line, body, end }: Fence, words: readonly string[]): void {
    const modes = words.filter(isMode);
    const block: Block = { line, command: body.trim(), modes: modes.length > 0 ? modes : MODES, exit: 0, expects: [] };
    for (const word of words.filter((one) => !isMode(one))) {
      const code = /^exit=(\d{1,3})$/.exec(word)?.[1];
      if (code === undefined)
        wrong(line, `expected docker, no-docker or exit=<code> behind sh, got ${JSON.stringify(word)}`);
      else block.exit = Number(code);
    }
    if (modes.length > 1) wrong(line, 'a block for both modes is marked with sh alone');
    if (block.command === '') wrong(line, 'there is no command in the block');
    chapter.blocks.push(block);
    above = { block, end };
  }

  function readExpected({ line, body, end }: Fence, words: readonly string[]): void {
    for (const word of words.filter((one) => !isMode(one)))
      wrong(line, `expected docker or no-docker behind text expect, got ${JSON.stringify(word)}`);
    if (above === undefined || !nothingBetween(lines, above.end, line)) {
      wrong(line, 'an expected result stands directly under its command block; there is none above it');
      return;
    }
    const { block } = above;
    above.end = end;
    const named = words.filter(isMode);
    const modes = named.length > 0 ? named : block.modes;
    for (const mode of modes) {
      if (!block.modes.includes(mode))
        wrong(line, `the command above it, in line ${block.line}, is not run in ${mode} mode`);
      if (expectedIn(block, mode)) wrong(line, `there is an expected result for ${mode} mode already, above it`);
    }
    for (const [at, one] of body.split('\n').entries()) {
      const problem = patternProblem(one);
      if (problem !== undefined) wrong(line + 1 + at, problem);
    }
    block.expects.push({ line, modes, text: body });
  }

  for (const fence of fences(text)) {
    const [language, ...words] = fence.info.split(/\s+/);
    if (fence.end === undefined) wrong(fence.line, 'the block has no end: no fence closes it');
    if (language === 'sh') readCommand(fence, words);
    else if (language === 'text' && words[0] === 'expect') readExpected(fence, words.slice(1));
    else {
      above = undefined;
      if (SHELLS.includes(language!))
        wrong(fence.line, `a block of commands is marked with sh; ${language} is not run`);
      else if (language === 'text' && words.length > 0)
        wrong(fence.line, `expected nothing or expect behind text, got ${JSON.stringify(words[0])}`);
    }
  }
  for (const [at, line] of lines.entries())
    if (/^\s*>\s*(`{3}|~{3})\s*sh\b/.test(line)) wrong(at + 1, 'a command block in a quotation is not run');
  for (const block of chapter.blocks)
    for (const mode of block.modes)
      if (!expectedIn(block, mode))
        wrong(block.line, `no expected result stands directly under the command block, for ${mode} mode`);
  return chapter;
}
