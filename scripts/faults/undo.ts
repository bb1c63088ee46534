// Undoes a fault by its record. What is not broken any more is left as it is, so that it may be undone twice.
import type { ReplicaView, RunningLab, ServiceView, Target } from '../lab-view.ts';
import { unlockDatabase } from './database-fault.ts';
import { restoreLimit } from './delivery-limit.ts';
import { type FaultRecord, removeRecord } from './record.ts';
import { resetVendor } from './vendor-fault.ts';

const replicaOf = (services: readonly ServiceView[], { service, replica }: Target): ReplicaView | undefined =>
  services.find(({ name }) => name === service)?.replicas.find(({ name }) => name === replica);

/** Starts those that are down; a replica that was taken away meanwhile stays away. */
async function start(lab: RunningLab, targets: readonly Target[]): Promise<void> {
  const services = await lab.services();
  for (const target of targets) {
    const { replica } = target;
    if (replica === undefined || replicaOf(services, target)?.state === 'down') await lab.start(target);
  }
}

async function resume(lab: RunningLab, targets: readonly Target[]): Promise<void> {
  const services = await lab.services();
  for (const target of targets) if (replicaOf(services, target)?.paused) await lab.resume(target);
}

async function heal(lab: RunningLab, { targets, places }: FaultRecord): Promise<void> {
  const services = await lab.services();
  for (const target of targets) if (replicaOf(services, target)) await lab.heal(target, places);
}

/** What was broken is as it was; the record is left to the caller. @throws where it could not be done */
export async function undoEffect(lab: RunningLab, record: FaultRecord): Promise<void> {
  if (record.undo === 'start') await start(lab, record.targets);
  if (record.undo === 'resume') await resume(lab, record.targets);
  if (record.undo === 'heal') await heal(lab, record);
  if (record.undo === 'reset-vendor') await resetVendor(lab);
  if (record.undo === 'unlock-database') await unlockDatabase();
  if (record.undo === 'restore-limit') await restoreLimit(lab);
}

/** The same, and its record is gone then. @throws where it could not: the record stays */
export async function undoFault(lab: RunningLab, record: FaultRecord): Promise<void> {
  await undoEffect(lab, record);
  removeRecord(record.id);
}

/** Whether there is nothing to undo any more: somebody has started, resumed or healed it by hand. */
export async function isOver(lab: RunningLab, services: readonly ServiceView[], record: FaultRecord): Promise<boolean> {
  const { undo, targets } = record;
  // Before its first turn, and between two, a command that repeats has nothing in hand.
  if (record.owner !== undefined) return false;
  if (undo === 'resume') return targets.every((target) => !replicaOf(services, target)?.paused);
  if (undo === 'start') {
    const down = (target: Target): boolean =>
      target.replica === undefined
        ? services.find(({ name }) => name === target.service)?.replicas.some(({ state }) => state === 'down') === true
        : replicaOf(services, target)?.state === 'down';
    return !targets.some(down);
  }
  if (undo === 'heal') {
    const here = targets.filter((target) => replicaOf(services, target) !== undefined);
    const places = await Promise.all(here.map(({ replica }) => lab.places(replica!)));
    return places.every((found) => Object.keys(found).length > 0);
  }
  return false;
}
