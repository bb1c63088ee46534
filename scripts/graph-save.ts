// Writes a graph to a file, whole or not at all: a temporary file beside it takes its place in one step.
import { randomUUID } from 'node:crypto';
import { chmod, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { Graph } from '../services/coordinator/graph/graph.ts';
import { parseGraph } from '../services/coordinator/graph/parse.ts';
import { graphJson, graphText, rewriteText } from '../services/coordinator/graph/write.ts';

const isAbsent = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

function orAbsent<T>(value: Promise<T>): Promise<T | undefined> {
  return value.catch((error: unknown) => {
    if (isAbsent(error)) return undefined;
    throw error;
  });
}

function textFor(graph: Graph, file: string, old: string | undefined): string {
  if (extname(file) === '.json') return `${JSON.stringify(graphJson(graph), null, 2)}\n`;
  if (old === undefined || old.trim() === '') return graphText(graph);
  // Comments would be lost where the old text cannot be read.
  parseGraph(old, file);
  return rewriteText(old, graph, file);
}

/**
 * Writes the graph; a .fbp file keeps its comments. Resolves with whether there was anything to write.
 * @throws {GraphError} where the file is there and cannot be parsed: it is left as it is
 */
export async function saveGraph(graph: Graph, file: string): Promise<boolean> {
  // The file itself, not a link to it, is replaced.
  const target = (await orAbsent(realpath(file))) ?? file;
  const old = await orAbsent(readFile(target, 'utf8'));
  const text = textFor(graph, file, old);
  if (text === old) return false;
  const draft = join(dirname(target), `.${basename(target)}.${randomUUID().slice(0, 8)}`);
  try {
    await writeFile(draft, text, { flag: 'wx' });
    const mode = (await orAbsent(stat(target)))?.mode;
    if (mode !== undefined) await chmod(draft, mode);
    await rename(draft, target);
  } finally {
    await rm(draft, { force: true });
  }
  return true;
}
