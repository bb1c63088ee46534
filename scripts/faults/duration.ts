// How long: `30s`, `5m`, `500ms`, as people write it on a command line.
import { CannotRun } from '../command.ts';

const SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };
/** Longer than any session with the lab. */
const MOST_SECONDS = 24 * 3600;

/** An option's duration in seconds, above 0 and up to a day. @throws {CannotRun} */
export function durationOf(option: string, text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const value = Number(number) * (SECONDS[unit] ?? 0);
  if (value > 0 && value <= MOST_SECONDS) return value;
  throw new CannotRun(`${option} must be a duration such as 30s, 5m or 500ms, got ${JSON.stringify(text)}`);
}

/** The same where the option may be missing. @throws {CannotRun} */
export function optionalDuration(option: string, given: unknown): number | undefined {
  return typeof given === 'string' ? durationOf(option, given) : undefined;
}

/** 90 → `90 s`, 300 → `5 min`: as a person would say how long something lasts. */
export function lasting(seconds: number): string {
  if (seconds >= 120 && seconds % 60 === 0) return `${seconds / 60} min`;
  return `${Number(seconds.toFixed(1))} s`;
}
