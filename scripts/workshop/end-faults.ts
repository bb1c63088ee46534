// Ends all that is broken on purpose, at once. Other than ./lab fault clear it waits for no poison: what is in the queues is thrown away.

import { type FaultRecord, readRecords, removeRecord } from '../faults/record.ts';
import { undoFault } from '../faults/undo.ts';
import type { RunningLab } from '../lab-view.ts';

export interface EndedFaults {
  /** `resize-1 paused` */
  ended: string[];
  /** What cannot be undone yet, for what it needs is away: asked again when the lab runs. */
  left: string[];
}

async function end(lab: RunningLab, record: FaultRecord): Promise<void> {
  // What is only down is started with all the rest; what was done to a lab of the other kind is gone with it.
  if (record.undo === 'start' || record.mode !== lab.mode) removeRecord(record.id);
  else await undoFault(lab, record);
}

export async function endFaults(lab: RunningLab): Promise<EndedFaults> {
  const records = readRecords();
  const done = await Promise.allSettled(records.map((record) => end(lab, record)));
  const whatWhere = (status: 'fulfilled' | 'rejected'): string[] =>
    records.filter((_, n) => done[n]!.status === status).map(({ what }) => what);
  return { ended: whatWhere('fulfilled'), left: whatWhere('rejected') };
}
