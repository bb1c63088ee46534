// Finds the fenced blocks of a Markdown text, as GitHub does: a fence is three or more of ` or ~, and one as long ends the block.

export interface Fence {
  /** Line of the opening fence, counted from 1. */
  line: number;
  /** Line of the closing fence; undefined where there is none, and the block runs to the end of the text. */
  end: number | undefined;
  /** What stands behind the opening fence: `sh docker`. */
  info: string;
  body: string;
}

const OPENING = /^( {0,3})(`{3,}|~{3,})\s*(.*?)\s*$/;

function closes(line: string, mark: string): boolean {
  const text = line.trim();
  return /^ {0,3}\S/.test(line) && text.length >= mark.length && text === mark[0]!.repeat(text.length);
}

/** All fenced blocks, in order. What is indented by four or more, or stands in a block itself, is none. */
export function fences(text: string): Fence[] {
  const lines = text.split(/\r?\n/);
  const found: Fence[] = [];
  for (let at = 0; at < lines.length; at++) {
    const [, indent = '', mark, info = ''] = OPENING.exec(lines[at]!) ?? [];
    if (mark === undefined || (mark.startsWith('`') && info.includes('`'))) continue; // ```code``` on one line
    let last = at + 1;
    while (last < lines.length && !closes(lines[last]!, mark)) last++;
    const body = lines.slice(at + 1, last).map((line) => line.replace(new RegExp(`^ {0,${indent.length}}`), ''));
    found.push({ line: at + 1, end: last < lines.length ? last + 1 : undefined, info, body: body.join('\n') });
    at = last;
  }
  return found;
}

/** The text with its fenced blocks left out; its lines keep their numbers. */
export function withoutFences(text: string): string {
  const lines = text.split(/\r?\n/);
  for (const { line, end } of fences(text)) lines.fill('', line - 1, end ?? lines.length);
  return lines.join('\n');
}
