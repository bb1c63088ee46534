// What is broken on purpose at this moment, one file a fault in .lab/faults/: enough to undo it, whoever does.
//
//   written --(its time is over: the guardian)--> undone --> removed
//      |------(./lab fault clear, Ctrl-C)-------> undone --> removed
//      '------(what it was done to is gone: ./lab down)-----> removed
//
// A record is written before its fault begins: a command that is killed between the two has broken nothing that stays broken.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Places, Target } from '../lab-view.ts';
import type { Identity } from '../local/identity.ts';
import { labFolder } from '../local/local-lab.ts';
import { replaceFile } from '../replace-file.ts';

export type FaultKind = 'kill' | 'pause' | 'cut' | 'vendor' | 'broker' | 'database' | 'poison';
/** What undoes it. `release`: the guardian holds it, and lets go when it ends. */
export type Undo = 'start' | 'resume' | 'heal' | 'reset-vendor' | 'unlock-database' | 'release' | 'restore-limit';

export interface FaultRecord {
  id: string;
  kind: FaultKind;
  undo: Undo;
  /** In a few words, for people: `resize-1 paused`. */
  what: string;
  mode: 'docker' | 'local';
  /** ISO times; a fault without an end lasts until somebody clears it. */
  began: string;
  ends: string | null;
  targets: Target[];
  /** What must be there for the fault to be there: container ids, or the supervisor's process id. */
  anchors: string[];
  /** cut: where each replica was, by its name. */
  places?: Record<string, Places>;
  /** What the guardian itself does to the database while the fault lasts. */
  hold?: 'lock' | 'slow';
  /** A command that repeats the fault: it ends with that command. */
  owner?: Identity;
  guardian?: Identity;
  /** Why it could not be undone so far. */
  problem?: string;
}

export const faultsFolder = (): string => join(labFolder('.'), 'faults');
export const guardianLog = (): string => join(faultsFolder(), 'guardians.log');
const fileOf = (id: string): string => join(faultsFolder(), `${id}.json`);

export const newFaultId = (kind: FaultKind): string => `${kind}-${randomBytes(3).toString('hex')}`;

export async function writeRecord(record: FaultRecord): Promise<void> {
  mkdirSync(faultsFolder(), { recursive: true, mode: 0o700 });
  await replaceFile(fileOf(record.id), `${JSON.stringify(record, null, 2)}\n`);
}

/** Undefined where it is over. */
export function readRecord(id: string): FaultRecord | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(id), 'utf8')) as FaultRecord;
  } catch {
    return undefined;
  }
}

export const isRecorded = (id: string): boolean => existsSync(fileOf(id));
export const removeRecord = (id: string): void => rmSync(fileOf(id), { force: true });

/** The oldest first. */
export function readRecords(): FaultRecord[] {
  if (!existsSync(faultsFolder())) return [];
  const ids = readdirSync(faultsFolder()).flatMap((file) => /^([\w-]+)\.json$/.exec(file)?.[1] ?? []);
  const found = ids.map(readRecord).filter((record) => record !== undefined);
  return found.sort((a, b) => a.began.localeCompare(b.began));
}

/**
 * These replicas are no more in the hands of an earlier fault of that kind: somebody has undone it, or begins it anew. A fault that
 * has none left is over.
 */
export async function letGo(kind: FaultKind, replicas: readonly string[], except?: string): Promise<void> {
  for (const record of readRecords()) {
    if (record.kind !== kind || record.id === except) continue;
    const targets = record.targets.filter(({ replica }) => replica === undefined || !replicas.includes(replica));
    if (targets.length === record.targets.length) continue;
    if (targets.length === 0) removeRecord(record.id);
    else await writeRecord({ ...record, targets });
  }
}
