// `--load`, `--mean` and `--peak`: a shape by name or a CSV file, at a rate that was asked for or that the roles can do.
import { basename } from 'node:path';
import type { Load } from '../../services/shared/arrivals/load.ts';
import { trace } from '../../services/shared/arrivals/loads.ts';
import { readTrace } from '../../services/shared/arrivals/read-trace.ts';
import { CannotRun, textOf } from '../command.ts';
import { printable } from '../printable.ts';
import { reading, textOfFile } from './input-file.ts';
import { LOADS, type LoadNumbers } from './load-shapes.ts';
import { numberOf } from './numbers.ts';

export const DEFAULT_LOAD = 'flash';
/** A trace without a mean of its own is scaled to this share of what all replicas can do. */
const TRACE_MEAN = 0.35;

interface Frame {
  seconds: number;
  seed: number;
  /** Jobs a second that all replicas together can do. */
  most: number;
}

/** A rate with three digits, so that a default reads well. */
const rounded = (rate: number): number => Number(rate.toPrecision(3));

function shapedLoad(name: string, given: Partial<LoadNumbers>, rest: Frame): Load {
  const shape = LOADS[name]!;
  const { seconds, seed, most } = rest;
  for (const option of ['mean', 'peak'] as const) {
    if (given[option] !== undefined && shape[option] === undefined) {
      throw new CannotRun(`--load ${name} takes no --${option}`);
    }
  }
  const ratio = shape.mean === undefined || shape.peak === undefined ? 1 : shape.peak / shape.mean;
  const mean = given.mean ?? (given.peak === undefined ? rounded(most * (shape.mean ?? 0)) : given.peak / ratio);
  const peak = given.peak ?? (given.mean === undefined ? rounded(most * (shape.peak ?? 0)) : given.mean * ratio);
  if (shape.peak !== undefined && peak < mean) {
    throw new CannotRun(`--peak must not be below --mean, got ${peak} and ${mean} jobs a second`);
  }
  return { ...shape.make({ mean, peak, seconds, seed }), seconds };
}

/** @throws {CannotRun} */
export async function loadOf(values: Record<string, unknown>, rest: Frame): Promise<Load> {
  const name = textOf(values.load) ?? DEFAULT_LOAD;
  const mean = numberOf(values, 'mean', { above: 0 });
  const peak = numberOf(values, 'peak', { above: 0 });
  const given = { ...(mean === undefined ? {} : { mean }), ...(peak === undefined ? {} : { peak }) };
  if (Object.hasOwn(LOADS, name)) return shapedLoad(name, given, rest);
  if (!name.endsWith('.csv')) {
    const known = Object.keys(LOADS).join(', ');
    throw new CannotRun(`--load takes ${known} or a file such as load.csv, got ${JSON.stringify(printable(name))}`);
  }
  if (peak !== undefined) throw new CannotRun('--load with a file takes --mean, and no --peak');
  const text = await textOfFile(name);
  const rates = reading(() => readTrace(text, name));
  // The file is stretched, or pressed, over the whole time.
  return reading(() =>
    trace(basename(name), rates, rest.seconds / rates.length, mean ?? rounded(rest.most * TRACE_MEAN)),
  );
}
