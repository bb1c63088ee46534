// One item's way as segments of time that follow each other without gap or overlap: they add up to its total, to the millisecond.
//
// The times come from several clocks: the ledger's at both ends, each replica's in between. Where they contradict each other, a segment
// becomes shorter, down to nothing, and never makes the whole longer than the ledger says.
import type { ItemView } from '../../services/frontend/job-view.ts';

export type StepView = Pick<
  ItemView['timings']['steps'][number],
  'role' | 'replica' | 'attempt' | 'queued_at' | 'started_at' | 'finished_at' | 'redelivered'
>;

/** `on its way`: between two times that somebody noted, with nobody who says he had it. */
export type SegmentKind = 'on its way' | 'waiting' | 'working';

export interface Segment {
  kind: SegmentKind;
  /** The role that it is on its way to, waits for, or is worked on by; undefined at the end of the way. */
  role: string | undefined;
  /** Who works. */
  replica: string | undefined;
  attempt: number;
  /** It had been handed out before, to somebody who did not answer: that time is part of the waiting. */
  redelivered: boolean;
  /** Whole milliseconds since it was accepted, as the next. */
  from: number;
  to: number;
}

export const lengthOf = ({ from, to }: Segment): number => to - from;

/** From `start` until `end`, ISO. What is on its way for no time is left out; waiting and working never are. */
export function segmentsOf(steps: readonly StepView[], { start, end }: { start: string; end: string }): Segment[] {
  const zero = Date.parse(start);
  const total = Math.max(0, Date.parse(end) - zero);
  const segments: Segment[] = [];
  let reached = 0;

  function until(time: string, more: Pick<Segment, 'kind'> & Partial<Segment>): void {
    const to = Math.min(Math.max(Date.parse(time) - zero, reached), total);
    const segment = { role: undefined, replica: undefined, attempt: 1, redelivered: false, ...more, from: reached, to };
    if (segment.kind !== 'on its way' || to > reached) segments.push(segment);
    reached = to;
  }

  for (const {
    role,
    replica,
    attempt,
    queued_at: queued,
    started_at: started,
    finished_at: finished,
    redelivered,
  } of steps) {
    const facts = { role, attempt, redelivered: redelivered === true };
    if (queued !== null) until(queued, { ...facts, kind: 'on its way' });
    until(started, { ...facts, kind: 'waiting' });
    until(finished, { ...facts, kind: 'working', replica });
  }
  until(end, { kind: 'on its way' });
  return segments;
}
