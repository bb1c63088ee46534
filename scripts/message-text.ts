// Messages for people: data in one line that fits the terminal, with what nobody can read replaced by its size.
import { stripVTControlCharacters } from 'node:util';
import { printable } from './printable.ts';
import { paint, seconds, table } from './terminal.ts';

/** Columns: fewer are not reckoned with, and so many are there where the output is no terminal. */
const WIDTH = { least: 60, unknown: 120 };
/** Longer ones of such characters are encoded pictures and the like. */
const ENCODED = /^(data:[^,]{0,100},)?[A-Za-z0-9+/_=-]{120,}$/;

/** 812 → `812 B`, 12_345 → `12 kB`, 3_400_000 → `3.4 MB` */
export function bytes(count: number): string {
  if (count < 1_000) return `${count} B`;
  if (count < 999_500) return `${Math.round(count / 1_000)} kB`;
  return `${(count / 1_000_000).toFixed(1)} MB`;
}

/** The time since then, as `3 min 5 s`; nothing where it is not known. */
export function age(at: number | undefined, now = Date.now()): string {
  return at === undefined ? '' : seconds(Math.max(0, now - at) / 1000);
}

/** Data in one line; encoded pictures as `data:… 12 kB`. */
export function dataText(data: unknown): string {
  if (data === undefined) return '';
  if (typeof data === 'string') return printable(shortened(data));
  const text = JSON.stringify(data, (_key, value: unknown) => (typeof value === 'string' ? shortened(value) : value));
  return printable(text);
}

/** The same without the ids that stand beside it. */
export function dataBeside(ids: { item?: string; job?: string }, data: unknown): string {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return dataText(data);
  const { item, job, ...rest } = data as Record<string, unknown>;
  const isBeside = job === ids.job || (typeof job === 'string' && ids.item?.startsWith(job));
  return dataText({ ...(item === ids.item ? {} : { item }), ...(isBeside ? {} : { job }), ...rest });
}

function shortened(text: string): string {
  return ENCODED.test(text) ? `data:… ${bytes(text.length)}` : text;
}

/** How wide the output may be. */
export function columns(): number {
  return Math.max(WIDTH.least, process.stdout.columns ?? WIDTH.unknown);
}

/** The text, or its beginning and an ellipsis. */
export function cut(text: string, width: number): string {
  const shown = [...text];
  return shown.length <= width ? text : `${shown.slice(0, Math.max(0, width - 1)).join('')}…`;
}

/** A table whose last column, which must not be coloured, takes what room the others leave. */
export function fittedTable(rows: readonly (readonly string[])[], width = columns()): string {
  const last = (rows[0]?.length ?? 1) - 1;
  const widthOf = (column: number): number =>
    Math.max(...rows.map((row) => stripVTControlCharacters(row[column] ?? '').length));
  const others = Array.from({ length: last }, (_, column) => widthOf(column) + 2).reduce((sum, one) => sum + one, 0);
  const room = Math.max(20, width - others);
  return table(rows.map((row) => row.with(last, cut(row[last] ?? '', room))));
}

/** `tried 3 times before`, in yellow, where it was; for what stands beside a message. */
export function attemptText(attempt: number): string {
  return attempt > 1 ? paint('yellow', String(attempt)) : String(attempt);
}
