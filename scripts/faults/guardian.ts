// Undoes one fault after its time, whatever becomes of the command that began it; a process of its own, and it ends with its fault.
//
//   node scripts/faults/guardian.ts <fault's id>          in the folder of docker-compose.yml
import { setTimeout as wait } from 'node:timers/promises';
import { stillRuns } from '../local/identity.ts';
import { findLab } from '../running-lab.ts';
import { anyLeft } from './anchors.ts';
import { holdDatabase } from './database-hold.ts';
import { type FaultRecord, isRecorded, readRecord, removeRecord, writeRecord } from './record.ts';
import { undoFault } from './undo.ts';

const LOOK_EVERY_MS = 200;
/** Asking the engine costs more than looking at a file. */
const ASK_EVERY_MS = 3_000;
const TRY_AGAIN_MS = 2_000;

const isDue = ({ ends, owner }: FaultRecord): boolean =>
  (ends !== null && Date.now() >= Date.parse(ends)) || (owner !== undefined && !stillRuns(owner));

/** Resolves with the record when it is time, or with undefined where nothing is left to undo. */
async function untilDue(id: string): Promise<FaultRecord | undefined> {
  let asked = Date.now();
  for (;;) {
    const record = readRecord(id);
    if (record === undefined || isDue(record)) return record;
    if (Date.now() - asked > ASK_EVERY_MS) {
      if (!(await anyLeft(record))) {
        removeRecord(id);
        return undefined;
      }
      asked = Date.now();
    }
    await wait(LOOK_EVERY_MS);
  }
}

/** Tries on while there is something to undo: an engine or a service may be away for a moment. */
async function undo(id: string): Promise<void> {
  for (let record = readRecord(id); record !== undefined; record = readRecord(id)) {
    try {
      const lab = (await anyLeft(record)) ? await findLab() : undefined;
      if (lab === undefined) removeRecord(id);
      else await undoFault(lab, record);
    } catch (error) {
      const problem = (error as Error).message;
      console.error(`${new Date().toISOString()} ${id}: ${problem}`);
      if (isRecorded(id)) await writeRecord({ ...record, problem });
      await wait(TRY_AGAIN_MS);
    }
  }
}

// Ctrl-C in the terminal is for the command; this process ends with the fault.
process.on('SIGINT', () => undefined);
const [id = ''] = process.argv.slice(2);
const record = readRecord(id);
if (record !== undefined) {
  console.log(`${new Date().toISOString()} ${id}: watching over ${record.what}`);
  const letGo = record.hold === undefined ? undefined : holdDatabase(record.hold);
  await untilDue(id);
  await letGo?.();
  await undo(id);
  console.log(`${new Date().toISOString()} ${id}: over`);
}
process.exit();
