// The policies by name. These are ours, pure functions that the simulator runs, too; any other name is one's own.
import type { Policy } from '../deciding/types.ts';
import { deadline } from './deadline.ts';
import { guv } from './guv.ts';
import { kedaQueueLength } from './keda-queue-length.ts';

export const policies: ReadonlyMap<string, Policy> = new Map([
  ['deadline', deadline],
  ['guv', guv],
  ['keda-queue-length', kedaQueueLength],
]);
