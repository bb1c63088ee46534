// A thread that compares one cell after the other, as it is told.
import { parentPort } from 'node:worker_threads';
import { compareCell, type Task } from './compare-cell.ts';

const port = parentPort!;
port.on('message', (task: Task) => port.postMessage(compareCell(task)));
