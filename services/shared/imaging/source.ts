// What a source picture may be, and reading it: `sample:<name>`, or an http(s) URL on the allow list.
import { lookup } from 'node:dns/promises';
import { ItemError } from '../errors.ts';
import type { AllowList } from './allow-list.ts';
import { download, type Resolve, urlProblem } from './download.ts';
import { POISON } from './poison.ts';
import { createSamples } from './samples.ts';

/** Largest file of a source. */
export const MAX_SOURCE_BYTES = 20 * 1024 * 1024;

/** What is wrong with a source. `expected` is half a sentence, fit for a FieldProblem and to follow "must be". */
export interface SourceProblem {
  code: 'source-not-found' | 'source-not-allowed';
  expected: string;
}

export interface Sources {
  /** Judges the text alone, at once: nothing is looked up or fetched. Undefined where it may be tried. */
  check(source: string): SourceProblem | undefined;
  /**
   * @throws {ItemError} `source-not-found`, `source-not-allowed`, `source-too-large`, `source-refused`.
   * @throws {RetryLater} for what may pass: no connection, no answer within 10 s, 5xx, 429.
   */
  read(source: string, signal: AbortSignal): Promise<Buffer>;
}

interface SourcesOptions {
  samplesDir: string;
  allow: AllowList;
  resolve?: Resolve;
  timeoutMs?: number;
}

/** @throws where the folder of samples cannot be read. */
export function createSources(options: SourcesOptions): Sources {
  const { samplesDir, allow, resolve = (host) => lookup(host, { all: true }), timeoutMs = 10_000 } = options;
  const samples = createSamples(samplesDir);

  const check: Sources['check'] = (source) => {
    if (source === POISON) return undefined;
    const name = sampleName(source);
    if (name !== undefined) {
      if (samples.names.includes(name)) return undefined;
      return { code: 'source-not-found', expected: `sample: and one of ${samples.names.join(', ')}` };
    }
    if (!URL.canParse(source)) {
      return { code: 'source-not-allowed', expected: 'sample:<name>, or a URL that starts with http:// or https://' };
    }
    const expected = urlProblem(new URL(source), allow);
    return expected === undefined ? undefined : { code: 'source-not-allowed', expected };
  };

  return {
    check,
    async read(source, signal) {
      const problem = check(source);
      if (source === POISON) throw new ItemError('source-refused', 'The source is poison, and no picture.');
      if (problem !== undefined) throw new ItemError(problem.code, `The source must be ${problem.expected}.`);
      const name = sampleName(source);
      if (name !== undefined) return (await samples.read(name))!;
      return await download(new URL(source), { allow, resolve, timeoutMs, maxBytes: MAX_SOURCE_BYTES, signal });
    },
  };
}

const sampleName = (source: string): string | undefined =>
  source.startsWith('sample:') ? source.slice('sample:'.length) : undefined;
