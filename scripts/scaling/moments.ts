// Moments and lengths of time as the reports of scaling say them.
import { seconds } from '../terminal.ts';

/** `12:34:56`, in the time of this place. */
export function clock(at: number): string {
  const date = new Date(at * 1000);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((value) => String(value).padStart(2, '0'))
    .join(':');
}

/** `now`, `3 s ago`, `1 min 15 s ago`; from epoch seconds. */
export function ago(at: number, now: number): string {
  const passed = Math.max(0, Math.round(now - at));
  if (passed === 0) return 'now';
  return `${passed < 60 ? `${passed} s` : seconds(passed)} ago`;
}

/** Seconds, as `seconds` says them; nothing for what is not known or has no end. */
export function length(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? '' : seconds(value);
}

/** A rate or a count with so many digits as tell something: `0.04`, `12.4`, `310`. */
export function amount(value: number): string {
  if (value === 0 || value >= 100) return value.toFixed(0);
  return value >= 1 ? value.toFixed(1) : value.toFixed(2);
}

/** `30 s`, `2 min`, `1 min 30 s`, `3 h`, `0.5 s` */
export function timeLabel(value: number): string {
  if (value < 60) return value === 0 ? '0' : `${Math.round(value * 100) / 100} s`;
  const parts = [
    [Math.floor(value / 3_600), 'h'],
    [Math.floor((value % 3_600) / 60), 'min'],
    [Math.floor(value % 60), 's'],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}
