// Writes a graph to a file, whole or not at all, and keeps the comments that are there.
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Graph } from '../services/coordinator/graph/graph.ts';
import { parseGraph } from '../services/coordinator/graph/parse.ts';
import { graphJson, graphText, rewriteText } from '../services/coordinator/graph/write.ts';
import { orAbsent, replaceFile } from './replace-file.ts';

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
  const old = await orAbsent(readFile(file, 'utf8'));
  const text = textFor(graph, file, old);
  if (text === old) return false;
  await replaceFile(file, text);
  return true;
}
