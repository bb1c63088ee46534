// Finds in a Markdown text what can lead nowhere: links, anchors, names of files, commands of ./lab.
import { fences, withoutFences } from '../../scripts/workshop/fences.ts';

export interface Found {
  /** Counted from 1. */
  line: number;
  text: string;
}

const LINKS = [
  /\]\(\s*<?([^\s<>)]+)>?(?:\s+["'(][^)]*)?\)/g, // [text](target "title"), ![text](target)
  /^ {0,3}\[[^\]]+\]:\s*<?([^\s<>]+)/g, // [name]: target
  /<(?:a|img|source)\b[^>]*?\b(?:href|src|srcset)="([^"\s]+)/g,
];

function found(text: string, patterns: readonly RegExp[]): Found[] {
  return text
    .split('\n')
    .flatMap((line, at) =>
      patterns.flatMap((pattern) => [...line.matchAll(pattern)].map((match) => ({ line: at + 1, text: match[1]! }))),
    );
}

/** Where links and pictures lead, as they are written; those in code are none. */
export function links(text: string): Found[] {
  return found(withoutFences(text).replaceAll(/`[^`\n]*`/g, '``'), LINKS);
}

/** What stands between backticks in a line. */
export function inlineCode(text: string): Found[] {
  return found(withoutFences(text), [/(?<!`)`([^`]+)`(?!`)/g]);
}

/** A heading's anchor, as GitHub makes it of its text. */
function slug(heading: string): string {
  return heading
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/(?<![\p{L}\p{N}])_([^_]+)_(?![\p{L}\p{N}])/gu, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .trim()
    .replaceAll(' ', '-');
}

/** The anchors of a text: of its headings, and those that are set by hand. Of two that are the same the second has `-1` behind it. */
export function anchors(text: string): Set<string> {
  const plain = withoutFences(text);
  const taken = new Set<string>();
  for (const [, heading = ''] of plain.matchAll(/^ {0,3}#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$/gm)) {
    const first = slug(heading);
    let name = first;
    for (let n = 1; taken.has(name); n++) name = `${first}-${n}`;
    taken.add(name);
  }
  for (const [, name = ''] of plain.matchAll(/<\w+[^>]*\b(?:id|name)="([^"]+)"/g)) taken.add(name);
  return taken;
}

const FILE = /^[\w.-]*[\w-](?:\/[\w.-]+)*(?:\/|\.(?:ts|js|mjs|py|md|ya?ml|json|fbp|svg|sh|html|css|csv|conf|config))$/;

/** Names of files and folders in inline code: `services/resize/`, `main.ts`. Those with something to fill in are none. */
export function fileNames(text: string): Found[] {
  return inlineCode(text)
    .map(({ line, text: name }) => ({ line, text: name.replace(/^\.\//, '') }))
    .filter(({ text: name }) => FILE.test(name) && !/\b(?:NN|xx)\b/i.test(name));
}

export interface LabCommand extends Found {
  /** It stands in a block that is for a shell, whole. */
  isWhole: boolean;
}

/** Every `./lab …`, with what follows on its line; in code up to where the command ends. */
export function labCommands(text: string): LabCommand[] {
  const CALL =
    /(?<![\w/])\.\/lab ((?:(?! \d?>)(?:'[^']*'|"[^"]*"|[^'"`|&;()<>#\n]|<[\w -]+>|\$\([^()]*\)|(?<=\S)#))*)/g;
  const lines = text.split('\n');
  const shell = new Set<number>();
  for (const { line, end, info } of fences(text))
    if (/^sh\b/.test(info)) for (let at = line + 1; at < (end ?? lines.length); at++) shell.add(at);
  return found(text, [CALL]).map(({ line, text: rest }) => {
    const command = rest.trim();
    return { line, text: command, isWhole: shell.has(line) && !command.endsWith('\\') };
  });
}

/** The words of a command, as a shell splits them. What it would put in for a variable or `$(…)` is one word. */
export function words(command: string): string[] {
  return [...command.matchAll(/(?:'[^']*'|"[^"]*"|\$\([^()]*\)|\\.|[^\s'"\\])+/g)].map(([word]) =>
    word.replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2'),
  );
}
