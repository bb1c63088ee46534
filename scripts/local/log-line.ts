// Makes the services' JSON log lines readable for people.
import { stripVTControlCharacters, styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

const COLOURS = ['cyan', 'green', 'magenta', 'blue', 'yellow', 'cyanBright', 'greenBright', 'magentaBright'] as const;
const LEVEL_STYLE: Record<string, Style> = { warn: 'yellow', error: 'red', fatal: 'red', debug: 'dim', trace: 'dim' };
/** Said elsewhere in the line. */
const SHOWN = new Set(['level', 'time', 'service', 'replica', 'msg', 'pid', 'hostname', 'err']);
const NAME_WIDTH = 14;

function colourOf(name: string): Style {
  let sum = 0;
  for (const letter of name) sum += letter.charCodeAt(0);
  return COLOURS[sum % COLOURS.length]!;
}

function details(entry: Record<string, unknown>): string {
  const error = entry.err as { message?: string; stack?: string } | undefined;
  const pairs = Object.entries(entry)
    .filter(([key]) => !SHOWN.has(key))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  if (error?.message) pairs.push(error.message);
  return pairs.length > 0 ? ` ${styleText('dim', pairs.join(' '))}` : '';
}

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** `12:30:01.250 resize-1 │ message key=value`. A line that is not JSON is shown as it is. */
export function renderLogLine(replica: string, line: string): string {
  const entry = parse(line);
  const name = styleText(colourOf(replica), replica.padEnd(NAME_WIDTH));
  if (entry === undefined) return `${' '.repeat(12)} ${name} │ ${stripVTControlCharacters(line)}`;
  const time = new Date(String(entry.time)).toTimeString().slice(0, 8);
  const millis = String(entry.time).slice(19, 23);
  const level = String(entry.level);
  const message = LEVEL_STYLE[level] ? styleText(LEVEL_STYLE[level], `${level} ${entry.msg}`) : String(entry.msg);
  return `${styleText('dim', time + millis)} ${name} │ ${message}${details(entry)}`;
}

/** Cuts a stream of bytes into lines; what has no line end yet waits for it. */
export function lineSplitter(onLine: (line: string) => void): (chunk: Buffer) => void {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') onLine(line);
  };
}
