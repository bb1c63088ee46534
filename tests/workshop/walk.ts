// Walks a chapter as a reader does: block after block in one bash, each held against its exit code and its expected result.
import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { type Block, expectedIn, type Mode } from '../../scripts/workshop/chapter.ts';
import { difference } from '../../scripts/workshop/expected.ts';
import type { ChapterShell } from './chapter-shell.ts';
import type { Steps } from './steps.ts';

/** What of an output a failure shows: its end. */
const SHOWN = 4_000;
const NAMED = 90;

export interface Walk {
  shell: ChapterShell;
  mode: Mode;
  steps: Steps;
}

/** `02-kill-a-worker.md:41 docker compose kill -s SIGKILL resize` */
export function blockName(file: string, { line, command }: Block): string {
  const [first = '', ...more] = command.split('\n');
  const shown = first.length > NAMED ? `${first.slice(0, NAMED)}…` : first;
  return `${basename(file)}:${line} ${shown}${more.length > 0 ? ' …' : ''}`;
}

/** Runs a block, and fails where it does not end or say as it shall. */
export async function walkBlock(block: Block, shell: ChapterShell, mode: Mode): Promise<void> {
  const { code, output } = await shell.run(block.command);
  const said = `\n--- ${block.command}\n${output.slice(-SHOWN)}---`;
  assert.equal(code, block.exit, `it ended with ${code}, expected ${block.exit}${said}`);
  const different = difference(output, expectedIn(block, mode)?.text ?? '');
  assert.ok(different === undefined, `line ${expectedIn(block, mode)?.line}: ${different}${said}`);
}

/** Walks those blocks that are for the mode, in order. */
export async function walkBlocks(file: string, blocks: readonly Block[], { shell, mode, steps }: Walk): Promise<void> {
  for (const block of blocks) {
    if (!block.modes.includes(mode)) continue;
    await steps.step(blockName(file, block), () => walkBlock(block, shell, mode));
  }
}
