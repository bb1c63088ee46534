// `./lab tap`: the messages on an edge as they pass.
import { CannotRun, type Command, textOf, wholeNumber } from '../command.ts';
import { coordinator, coordinatorOptions } from '../coordinator-client.ts';
import { interruption } from '../lab-broker.ts';
import { attemptText, bytes, columns, cut, dataBeside } from '../message-text.ts';
import { printable } from '../printable.ts';
import { noAsExitCode } from '../service-client.ts';
import { readFilter, type TapLine } from '../tap-filter.ts';
import { paint, plural } from '../terminal.ts';

const MOST_PER_SECOND = 1_000;
const SIZE_WIDTH = 7;

/** `12:34:56.789`, in the time of this place. */
function clock(at: number): string {
  const date = new Date(at);
  const digits = (value: number, count: number): string => String(value).padStart(count, '0');
  return `${[date.getHours(), date.getMinutes(), date.getSeconds()].map((value) => digits(value, 2)).join(':')}.${digits(date.getMilliseconds(), 3)}`;
}

/** A line of output; columns cannot be as wide as what is still to come. */
function lineText({ at, size, item, attempt, data }: TapLine): string {
  const before = `${clock(at)}  ${bytes(size).padStart(SIZE_WIDTH)}  ${attempt}  `;
  const id = printable(item);
  const room = columns() - before.length - id.length - 2;
  const shown =
    data === undefined ? paint('dim', 'too large to show') : cut(dataBeside({ item }, data), Math.max(20, room));
  return `${paint('dim', clock(at))}  ${bytes(size).padStart(SIZE_WIDTH)}  ${attemptText(attempt)}  ${id}  ${shown}`;
}

/** A line of the answer: a message, or why it ends. */
function readLine(text: string): TapLine | { end: string } {
  return JSON.parse(text) as TapLine | { end: string };
}

export const command: Command = {
  summary: 'show the messages on an edge as they pass: time, size, attempt, item, data',
  usage: "'<edge>'",
  positionals: { min: 1, max: 1 },
  options: {
    n: { type: 'string', short: 'n', value: 'N', help: 'end after so many' },
    filter: { type: 'string', short: 'f', value: 'TEXT', help: 'those alone that have it; or path=value' },
    'per-second': { type: 'string', value: 'N', help: 'a sample of so many a second of a fast flow (50)' },
    all: { type: 'boolean', help: 'no sample but every message; costs a fast flow much of its speed' },
    json: { type: 'boolean', help: 'each message as a line of JSON' },
    ...coordinatorOptions,
  },
  more:
    'Who listens has no part in the flow: nothing is taken away, and a sample costs next to nothing. A dotted line stands where\n' +
    'messages passed unheard. Of a sample, --filter sees what is in it.\n' +
    'Examples:\n' +
    "  ./lab tap 'resize OUT -> IN caption'\n" +
    "  ./lab tap 'resize OUT -> IN caption' --n 5 --filter image.width=320",
  async run({ values, positionals: [edge = ''] }) {
    const most = textOf(values.n);
    const n = most === undefined ? undefined : wholeNumber('--n', most, { min: 1, max: Number.MAX_SAFE_INTEGER });
    const filter = textOf(values.filter);
    const wanted = filter === undefined ? () => true : readFilter(filter);
    const given = textOf(values['per-second']);
    if (values.all && given !== undefined) throw new CannotRun('--per-second and --all exclude each other');
    const perSecond = wholeNumber('--per-second', given ?? '50', { min: 1, max: MOST_PER_SECOND });
    const client = await coordinator(values);

    const query = new URLSearchParams({ edge, ...(values.all ? { all: '1' } : { 'per-second': String(perSecond) }) });
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, interruption()]);
    let shown = 0;
    let ended = '';
    return noAsExitCode(async () => {
      for await (const text of client.stream(`/tap?${query}`, signal)) {
        if (text === '') continue;
        const line = readLine(text);
        if ('end' in line) {
          ended = `; it ended: ${printable(line.end)}`;
          break;
        }
        if (!wanted(line)) continue;
        if (line.sampled && !values.json) console.log(paint('dim', '┈'.repeat(12)));
        console.log(values.json ? text : lineText(line));
        shown += 1;
        if (shown === n) break;
      }
      stop.abort();
      // On standard error, so that --json is JSON alone.
      console.error(paint('dim', `${plural(shown, 'message')} shown${ended}`));
      return 0;
    });
  },
};
