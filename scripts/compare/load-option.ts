// `--shape`, `--rate`, `--for`: which load is sent twice, as the moments at which its jobs are due.
import { basename } from 'node:path';
import { allArrivals } from '../../services/shared/arrivals/arrivals.ts';
import type { Load } from '../../services/shared/arrivals/load.ts';
import { trace } from '../../services/shared/arrivals/loads.ts';
import { readTrace } from '../../services/shared/arrivals/read-trace.ts';
import { CannotRun } from '../command.ts';
import { printable } from '../printable.ts';
import { reading, textOfFile } from '../simulation/input-file.ts';
import { LOADS } from '../simulation/load-shapes.ts';

export interface AskedLoad {
  /** A name of `SHAPES`, or a CSV file with rates. */
  shape: string;
  /** Jobs a second at the most; of a shape with one rate, that rate. */
  rate: number;
  seconds: number;
  seed: number;
}

interface Shape {
  about: string;
  make(asked: AskedLoad): Load;
}

/** A quiet third, and then all at once the full rate until the end. */
function step({ rate, seconds }: AskedLoad): Load {
  return { name: 'step', rate: (t) => (t < seconds / 3 ? rate / 6 : rate), peak: rate, seconds };
}

/** Those of `./lab simulate`, asked for by their peak. A shape that only knows its mean is asked for by that. */
function simulated(name: string): Shape {
  const { about, mean = 1, peak, make } = LOADS[name]!;
  return {
    about: about.replace(' (mean)', '').replace(' (peak)', ''),
    make({ rate, seconds, seed }) {
      const numbers = peak === undefined ? { mean: rate, peak: rate } : { mean: (rate * mean) / peak, peak: rate };
      return { ...make({ ...numbers, seconds, seed }), seconds };
    },
  };
}

const SIMULATED = ['flash', 'constant', 'poisson', 'sine', 'square', 'ramp', 'on-off', 'random-walk'];

export const SHAPES: Record<string, Shape> = {
  ...Object.fromEntries(SIMULATED.map((name) => [name, simulated(name)])),
  step: { about: 'little to do for a third of the time, then all at once the full rate', make: step },
};

/** The rates of a file, stretched over the whole time so that its highest one is the rate that was asked for. */
async function traceLoad({ shape, rate, seconds }: AskedLoad): Promise<Load> {
  const text = await textOfFile(shape);
  const rates = reading(() => readTrace(text, shape));
  const mean = rates.reduce((sum, value) => sum + value, 0) / rates.length;
  const top = Math.max(...rates);
  if (!(top > 0)) throw new CannotRun(`${printable(shape)} has no rate above 0`);
  return trace(basename(shape), rates, seconds / rates.length, (rate * mean) / top);
}

/** Seconds from the start at which each job is due: the same for the same asked load, whatever becomes of the jobs. @throws {CannotRun} */
export async function dueTimes(asked: AskedLoad): Promise<number[]> {
  const known = Object.hasOwn(SHAPES, asked.shape) ? SHAPES[asked.shape] : undefined;
  if (known === undefined && !asked.shape.endsWith('.csv')) {
    const names = Object.keys(SHAPES).join(', ');
    throw new CannotRun(
      `--shape takes ${names} or a file such as load.csv, got ${JSON.stringify(printable(asked.shape))}`,
    );
  }
  const load = known === undefined ? await traceLoad(asked) : known.make(asked);
  const due = [...allArrivals(load, asked.seed)];
  if (due.length > 0) return due;
  throw new CannotRun('with this rate and time no job is due at all: take a higher --rate, or more time with --for');
}
