// The file of the main graph: read, watched, and written back. It is looked at by time and size, twice a second: that works on every
// bind mount, and finds the new file that an editor has put in the place of the old one.
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { Graph } from './graph.ts';
import { GraphError, parseGraph } from './parse.ts';
import { graphJson, rewriteText } from './write.ts';

const LOOK_EVERY_MS = 500;

export interface GraphFile {
  readonly path: string;
  /** `service` for service.fbp: the graph's id in the FBP protocol. */
  readonly id: string;
  /** @throws {GraphError} */
  read(): Promise<{ text: string; graph: Graph }>;
  /** The graph that a text would mean. @throws {GraphError} */
  parse(text: string): Graph;
  /** Writes the graph, keeping the comments of the old text; whole or not at all. Resolves with the new text. */
  write(graph: Graph): Promise<string>;
  /** Calls back with the new text whenever it has changed and has then been left alone for one look. Returns how to stop. */
  watch(onChange: (text: string) => void, onError: (error: Error) => void): () => void;
}

export function openGraphFile(path: string): GraphFile {
  const id = basename(path, extname(path));

  async function text(): Promise<string> {
    return readFile(path, 'utf8').catch((error: Error) => {
      throw new GraphError(`the graph file ${path} cannot be read: ${error.message}`, { cause: error });
    });
  }

  function parse(content: string): Graph {
    // An editor that writes in place empties the file first. Taking all edges away is `graph down`.
    if (content.trim() === '') throw new GraphError(`${basename(path)}: the file is empty`);
    return parseGraph(content, basename(path));
  }

  /** What changes when the file does. */
  async function mark(): Promise<string> {
    const { mtimeMs, size, ino } = await stat(path);
    return `${mtimeMs} ${size} ${ino}`;
  }

  return {
    path,
    id,
    parse,
    async read() {
      const content = await text();
      return { text: content, graph: parse(content) };
    },
    async write(graph) {
      const old = await text().catch(() => '');
      const isJson = extname(path) === '.json';
      const written = isJson ? `${JSON.stringify(graphJson(graph), null, 2)}\n` : rewriteText(old, graph, path);
      const draft = join(dirname(path), `.${basename(path)}.${process.pid}.draft`);
      try {
        await writeFile(draft, written);
        await rename(draft, path);
      } catch (error) {
        await rm(draft, { force: true }).catch(() => {});
        const { message } = error as Error;
        throw new GraphError(
          `${path} cannot be written (${message}): \`./lab graph save\` writes it from outside of the container`,
          { cause: error },
        );
      }
      return written;
    },
    watch(onChange, onError) {
      let known: string | undefined;
      let seen: string | undefined;
      let missing = false;
      let looking = false;
      async function look(): Promise<void> {
        try {
          const now = await mark();
          missing = false;
          known ??= now;
          const settled = now === seen;
          seen = now;
          if (now === known || !settled) return;
          known = now;
          onChange(await text());
        } catch (error) {
          if (!missing) onError(error as Error);
          missing = true;
        }
      }
      const timer = setInterval(() => {
        if (looking) return;
        looking = true;
        void look().finally(() => {
          looking = false;
        });
      }, LOOK_EVERY_MS);
      timer.unref();
      void look();
      return () => clearInterval(timer);
    },
  };
}
