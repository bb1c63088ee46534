// Gives tasks to as many threads as there are cores; the results come back in the order of the tasks.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Comparison, Task } from './compare-cell.ts';

/** @param done is called after each task with what came of it */
export async function inThreads(tasks: readonly Task[], done: (comparison: Comparison) => void): Promise<Comparison[]> {
  const results: Comparison[] = [];
  let next = 0;
  async function work(): Promise<void> {
    const worker = new Worker(new URL('./thread.ts', import.meta.url));
    try {
      while (next < tasks.length) {
        const index = next;
        next += 1;
        results[index] = await answer(worker, tasks[index]!);
        done(results[index]);
      }
    } finally {
      await worker.terminate();
    }
  }
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), tasks.length) }, work));
  return results;
}

function answer(worker: Worker, task: Task): Promise<Comparison> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (comparison: Comparison) => {
      worker.off('error', reject);
      resolve(comparison);
    });
    worker.postMessage(task);
  });
}
