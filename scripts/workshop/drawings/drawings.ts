// The drawings of the workshop: each file, and how its text is made of what is here.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Comparison } from '../../compare/comparison.ts';
import { graphFacts } from './graph-facts.ts';
import { graphPicture } from './graph-picture.ts';
import { itemPicture } from './item-picture.ts';
import { ItemTrace } from './item-trace.ts';
import { restore } from './kept-run.ts';
import { runPicture } from './run-picture.ts';

/** Where the drawings are, and what those of a run were made of. */
export const FOLDER = 'workshop/drawings';

const json = (root: string, name: string): unknown => JSON.parse(readFileSync(join(root, FOLDER, name), 'utf8'));

export const readItem = (root: string): ItemTrace => ItemTrace.parse(json(root, 'item.json'));
export const readRun = (root: string): Comparison => restore(json(root, 'run.json'));

/** By the name of its file: the drawing as it should be now. `root`: the folder of docker-compose.yml. */
export const drawings: Readonly<Record<string, (root: string) => string>> = {
  'graph.svg': (root) => graphPicture(graphFacts(root)),
  'item.svg': (root) => itemPicture(readItem(root)),
  'run.svg': (root) => runPicture(readRun(root)),
};
