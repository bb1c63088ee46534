// Undoes all that is broken on purpose, also where a guardian has died, and says what there is to undo.
import type { RunningLab } from '../lab-view.ts';
import { stillRuns } from '../local/identity.ts';
import { paint, table } from '../terminal.ts';
import { anyLeft } from './anchors.ts';
import { lasting } from './duration.ts';
import { clearPoison } from './poison-fault.ts';
import { type FaultRecord, readRecords, removeRecord } from './record.ts';
import { isOver, undoFault } from './undo.ts';

/** The faults that last at this moment; records of what is over, or gone, are thrown away. */
export async function presentFaults(lab: RunningLab): Promise<FaultRecord[]> {
  const services = await lab.services();
  const present: FaultRecord[] = [];
  for (const record of readRecords()) {
    const over = record.mode !== lab.mode || !(await anyLeft(record)) || (await isOver(lab, services, record));
    if (over) removeRecord(record.id);
    else present.push(record);
  }
  return present;
}

export function faultsText(faults: readonly FaultRecord[], now = Date.now()): string {
  const rows = faults.map(({ id, what, ends, guardian, problem }) => {
    const left =
      ends === null ? 'until cleared' : `${lasting(Math.max(0, Math.round((Date.parse(ends) - now) / 1000)))} left`;
    const watched = ends === null || (guardian !== undefined && stillRuns(guardian));
    const notes = [...(watched ? [] : ['its guardian is gone']), ...(problem === undefined ? [] : [problem])].join(
      '; ',
    );
    return [id, what, left, paint('yellow', notes)];
  });
  return rows.length === 0 ? 'nothing is broken on purpose' : table([['fault', '', 'lasts', ''], ...rows]);
}

export interface Cleared {
  undone: string[];
  /** Dead letters that were replayed without the poison. */
  replayed: number;
  problems: { id: string; what: string; problem: string }[];
}

/** @param only the ids that are meant; all where it is not given */
export async function clearFaults(lab: RunningLab, signal: AbortSignal, only?: string): Promise<Cleared> {
  const faults = (await presentFaults(lab)).filter(({ id }) => only === undefined || id === only);
  const cleared: Cleared = { undone: [], replayed: 0, problems: [] };
  // What is bought comes back first: the poison is to be found in the broker.
  const isPoison = ({ kind }: FaultRecord): boolean => kind === 'poison';
  const undo = async (records: readonly FaultRecord[]): Promise<void> => {
    for (const record of records) {
      const { id, what } = record;
      try {
        await undoFault(lab, record);
        cleared.undone.push(what);
      } catch (error) {
        cleared.problems.push({ id, what, problem: (error as Error).message });
      }
    }
  };
  await undo(faults.filter((record) => !isPoison(record)));
  if (only === undefined || faults.some(isPoison)) {
    try {
      cleared.replayed = await clearPoison(lab, signal);
    } catch (error) {
      // Where none was sent, a broker that is away has nothing to tell.
      if (faults.some(isPoison))
        cleared.problems.push({ id: 'poison', what: 'poison', problem: (error as Error).message });
    }
  }
  await undo(faults.filter(isPoison));
  return cleared;
}
