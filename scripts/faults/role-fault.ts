// Killing, pausing, cutting off and restarting replicas: once, for a while, or again and again.
import { setTimeout as wait } from 'node:timers/promises';
import type { Places, RunningLab, Target } from '../lab-view.ts';
import { prepareFault, startClock, untilOver } from './begin.ts';
import { type FaultRecord, isRecorded, letGo, readRecords, removeRecord, type Undo, writeRecord } from './record.ts';
import { roleSymptom } from './symptoms.ts';
import { undoEffect, undoFault } from './undo.ts';
import { chooseVictims, isWholeService, namesOf, type Victim } from './victims.ts';

export type Verb = 'kill' | 'pause' | 'cut' | 'restart';

export interface RoleFault {
  verb: Verb;
  target: Target;
  /** So many, drawn at random; all of them where it is not given. */
  n?: number | undefined;
  seed: number;
  forSeconds?: number | undefined;
  everySeconds?: number | undefined;
  /** kill: SIGKILL or another. */
  signal?: string;
  /** Leaves it to its guardian instead of waiting for its end. */
  detach?: boolean;
  /** Without its symptom. */
  brief?: boolean;
}

/** While a command that repeats a fault undoes its last turn itself, its guardian waits so much longer. */
const GRACE_SECONDS = 5;
const UNDO: Record<Exclude<Verb, 'restart'>, Undo> = { kill: 'start', pause: 'resume', cut: 'heal' };
const BACK: Record<Exclude<Verb, 'restart'>, string> = { kill: 'up', pause: 'resume', cut: 'heal' };
const DONE: Record<Verb, string> = { kill: 'killed', pause: 'paused', cut: 'cut off', restart: 'restarted' };

/** Does it to each victim, by one command for the whole service where that is all of it. */
async function hit(
  lab: RunningLab,
  { verb, signal = 'SIGKILL' }: RoleFault,
  victims: readonly Victim[],
): Promise<void> {
  const whole = verb !== 'cut' && isWholeService(await lab.services(), victims);
  const targets: Target[] = whole ? [{ service: victims[0]!.service }] : [...victims];
  for (const target of targets) {
    if (verb === 'kill') await lab.kill(target, signal);
    else await lab[verb](target);
  }
}

async function placesOf(lab: RunningLab, victims: readonly Victim[]): Promise<Record<string, Places>> {
  const found = await Promise.all(victims.map(async ({ replica }) => [replica, await lab.places(replica)] as const));
  return Object.fromEntries(found);
}

const whoText = ({ n, seed, verb }: RoleFault, victims: readonly Victim[]): string =>
  `${n === undefined ? '' : `seed ${seed}: `}${namesOf(victims)} ${victims.length === 1 ? 'is' : 'are'} ${DONE[verb]}`;

/** Those that can be hit, and where they are in networks where they are taken from them. */
async function choose(lab: RunningLab, fault: RoleFault, turn: number) {
  let victims = chooseVictims(await lab.services(), { ...fault, turn });
  if (fault.verb !== 'cut') return { victims };
  const all = await placesOf(lab, victims);
  // Who is cut off already is in nobody's network.
  victims = victims.filter(({ replica }) => Object.keys(all[replica] ?? {}).length > 0);
  return { victims, places: all };
}

/** Once. Answers with false where nobody was there to be hit. */
async function once(lab: RunningLab, fault: RoleFault, interrupted: AbortSignal): Promise<boolean> {
  const { verb } = fault;
  const { victims, places } = await choose(lab, fault, 0);
  if (victims.length === 0) return false;
  if (verb === 'restart') {
    await hit(lab, fault, victims);
    console.log(whoText(fault, victims));
    return true;
  }
  const replicas = victims.map(({ replica }) => replica);
  const what = `${namesOf(victims)} ${DONE[verb]}`;
  const { forSeconds } = fault;
  const plan = { kind: verb, undo: UNDO[verb], what, targets: victims, forSeconds, places };
  const prepared = await prepareFault(lab, plan);
  await letGo(verb, replicas, prepared.id);
  await hit(lab, fault, victims);
  const record = await startClock(prepared, forSeconds);
  console.log(whoText(fault, victims));
  if (!fault.brief) console.log(roleSymptom(verb, victims));
  const back = `./lab ${BACK[verb]} ${fault.target.replica ?? fault.target.service}`;
  await untilOver(lab, record, { detach: fault.detach === true, signal: interrupted, back });
  return true;
}

/** Undoes what the last turn did, and keeps the record for the next. */
async function endTurn(lab: RunningLab, record: FaultRecord): Promise<void> {
  await undoEffect(lab, record);
  await writeRecord({ ...record, targets: [] });
}

/** Again and again; at each turn those of the last one are brought back first, so that there is always somebody to hit. */
async function again(lab: RunningLab, fault: RoleFault, interrupted: AbortSignal): Promise<boolean> {
  const { verb, target, forSeconds = 0, everySeconds = 1 } = fault;
  const what = `${target.replica ?? target.service} ${DONE[verb]} again and again`;
  const plan = {
    kind: verb === 'restart' ? ('kill' as const) : verb,
    undo: verb === 'restart' ? 'start' : UNDO[verb],
  } as const;
  const base = { ...plan, what, forSeconds: forSeconds + GRACE_SECONDS, repeats: true };
  // One target at least, for the fault to hang on what the service has.
  let record = await prepareFault(lab, { ...base, targets: [target] });
  record = { ...record, targets: [] };
  await writeRecord(record);
  const began = performance.now();
  const dueIn = (turn: number): number => began + turn * everySeconds * 1000 - performance.now();
  let hits = 0;
  for (let turn = 0; turn * everySeconds < forSeconds && !interrupted.aborted; turn += 1) {
    await wait(Math.max(0, dueIn(turn)), undefined, { signal: interrupted }).catch(() => undefined);
    if (interrupted.aborted || !isRecorded(record.id)) break;
    if (turn > 0) await endTurn(lab, record);
    const { victims, places } = await choose(lab, fault, turn);
    record = { ...record, targets: victims, ...(places ? { places } : {}) };
    if (victims.length === 0) continue;
    await writeRecord(record);
    await hit(lab, fault, victims);
    console.log(whoText(fault, victims));
    if (hits === 0) console.log(roleSymptom(verb, victims));
    hits += victims.length;
  }
  // The last ones are out of it for as long as the others were.
  const left = began + forSeconds * 1000 - performance.now();
  await wait(Math.max(0, left), undefined, { signal: interrupted }).catch(() => undefined);
  if (isRecorded(record.id)) await undoFault(lab, record);
  removeRecord(record.id);
  console.log(`over: ${hits} ${DONE[verb]}, all of them brought back`);
  return hits > 0;
}

/** Answers with false where nobody ran who could be hit. @throws {CannotRun} */
export async function runRoleFault(lab: RunningLab, fault: RoleFault, interrupted: AbortSignal): Promise<boolean> {
  return fault.everySeconds === undefined ? once(lab, fault, interrupted) : again(lab, fault, interrupted);
}

/** Brings back what is paused or cut off, whoever did it. */
export async function bringBack(lab: RunningLab, verb: 'resume' | 'heal', target: Target): Promise<number> {
  const services = await lab.services();
  const all = services.find(({ name }) => name === target.service)?.replicas ?? [];
  const meant = all.filter(({ name }) => target.replica === undefined || name === target.replica);
  const chosen: string[] = [];
  for (const { name, paused } of meant) {
    const needsIt = verb === 'resume' ? paused : Object.keys(await lab.places(name)).length === 0;
    if (needsIt) chosen.push(name);
  }
  const kind = verb === 'resume' ? 'pause' : 'cut';
  const places = Object.assign({}, ...readRecords().map((record) => record.places ?? {}));
  for (const replica of chosen) await lab[verb]({ service: target.service, replica }, places);
  await letGo(kind, chosen);
  return chosen.length;
}
