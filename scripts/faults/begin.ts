// Begins a fault and ends it: the record first, then the guardian, then the fault itself.
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { RunningLab, Target } from '../lab-view.ts';
import { type Identity, identify } from '../local/identity.ts';
import { openLog } from '../local/log-files.ts';
import { paint } from '../terminal.ts';
import { anchorsOf } from './anchors.ts';
import { lasting } from './duration.ts';
import {
  type FaultKind,
  type FaultRecord,
  faultsFolder,
  guardianLog,
  isRecorded,
  newFaultId,
  readRecord,
  readRecords,
  type Undo,
  writeRecord,
} from './record.ts';
import { undoFault } from './undo.ts';

const GUARDIAN = fileURLToPath(new URL('guardian.ts', import.meta.url));
const LOOK_EVERY_MS = 100;

export interface Plan {
  kind: FaultKind;
  undo: Undo;
  what: string;
  targets: Target[];
  /** Seconds; without it the fault lasts until it is cleared. */
  forSeconds?: number | undefined;
  places?: FaultRecord['places'];
  hold?: FaultRecord['hold'];
  /** This command repeats it, and the fault ends with the command. */
  repeats?: boolean;
}

/** In its own process group, so that Ctrl-C in the terminal does not reach it. */
function startGuardian(id: string): Identity | undefined {
  mkdirSync(faultsFolder(), { recursive: true, mode: 0o700 });
  const log = openLog(guardianLog());
  const child = spawn(process.execPath, [GUARDIAN, id], { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  child.unref();
  return child.pid === undefined ? undefined : identify(child.pid);
}

/** Writes down what is about to be done, and has it watched over. The fault itself is begun by the caller, after this. */
export async function prepareFault(lab: RunningLab, plan: Plan): Promise<FaultRecord> {
  const { kind, undo, what, targets, forSeconds, places, hold, repeats } = plan;
  const began = new Date();
  const record: FaultRecord = {
    id: newFaultId(kind),
    kind,
    undo,
    what,
    mode: lab.mode,
    began: began.toISOString(),
    ends: forSeconds === undefined ? null : new Date(began.getTime() + forSeconds * 1000).toISOString(),
    targets,
    anchors: await anchorsOf(lab, [...new Set(targets.map(({ service }) => service))]),
    ...(places ? { places } : {}),
    ...(hold ? { hold } : {}),
    ...(repeats ? { owner: identify(process.pid)! } : {}),
  };
  await writeRecord(record);
  if (forSeconds === undefined && !repeats) return record;
  const guardian = startGuardian(record.id);
  const guarded = { ...record, ...(guardian ? { guardian } : {}) };
  // A fault so short that it is over already stays over.
  if (isRecorded(record.id)) await writeRecord(guarded);
  return guarded;
}

/** The fault has begun now: what it took to begin it, a while on a busy machine, is not of its time. */
export async function startClock(record: FaultRecord, forSeconds: number | undefined): Promise<FaultRecord> {
  if (forSeconds === undefined || !isRecorded(record.id)) return record;
  const begun = { ...record, ends: new Date(Date.now() + forSeconds * 1000).toISOString() };
  await writeRecord(begun);
  return begun;
}

/** Ends faults of that kind that last: a new one takes their place. */
export async function endOthers(lab: RunningLab, is: (record: FaultRecord) => boolean): Promise<void> {
  for (const record of readRecords().filter(is)) await undoFault(lab, record);
}

/**
 * Waits in front of a fault that has an end, and says when it is over; Ctrl-C ends it now. One that has no end, or is to be left
 * alone, is told how it can be ended.
 */
export async function untilOver(
  lab: RunningLab,
  { id, ends }: FaultRecord,
  { detach, signal, back }: { detach: boolean; signal: AbortSignal; back?: string | undefined },
): Promise<void> {
  const undoing = back === undefined ? './lab fault clear' : `${back}, or ./lab fault clear`;
  if (ends === null) return console.log(`until you say so: ${undoing}`);
  const left = lasting(Math.max(1, Math.round((Date.parse(ends) - Date.now()) / 1000)));
  console.log(`for ${left}; ${detach ? './lab fault clear' : 'Ctrl-C'} ends it now`);
  if (detach) return;
  while (isRecorded(id) && !signal.aborted) await wait(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  const record = readRecord(id);
  if (record !== undefined) await undoFault(lab, record);
  console.log(paint('green', 'over: all is as it was'));
}
