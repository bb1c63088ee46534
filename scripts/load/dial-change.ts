// What the options of `./lab load dial` ask of the dial: the body of PUT /load.
import { type LoadChange, SHAPES, type ShapeName, SPACINGS } from '../../services/dial/settings.ts';
import { readTrace } from '../../services/shared/arrivals/read-trace.ts';
import { CannotRun, textOf } from '../command.ts';
import { parseSize } from '../commands/send.ts';
import { optionalDuration } from '../faults/duration.ts';
import { printable } from '../printable.ts';
import { reading, textOfFile } from '../simulation/input-file.ts';
import { type Bounds, numberOf } from '../simulation/numbers.ts';

type Values = Record<string, unknown>;

const NUMBERS: [option: string, field: keyof LoadChange, bounds: Bounds][] = [
  ['rate', 'rate', {}],
  ['low', 'low', {}],
  ['period', 'period_seconds', { above: 0 }],
  ['set', 'set', { least: 1 }],
  ['deadline', 'deadline_seconds', { least: 1 }],
  ['urgent', 'urgent', { most: 1 }],
  ['seed', 'seed', {}],
];

/** A CSV is played over the whole time where one is given, else a value a second. */
async function traceIn(file: string, values: Values, lasts: number | undefined): Promise<LoadChange> {
  const text = await textOfFile(file);
  const rates = reading(() => readTrace(text, file));
  const every = numberOf(values, 'every', { above: 0 }) ?? (lasts === undefined ? 1 : lasts / rates.length);
  return { shape: 'trace', trace: { values: rates, every_seconds: every } };
}

async function shapeIn(values: Values, lasts: number | undefined): Promise<LoadChange> {
  const name = textOf(values.shape);
  if (name?.endsWith('.csv')) return traceIn(name, values, lasts);
  if (values.every !== undefined) throw new CannotRun('--every goes with --shape and a CSV file');
  if (name === undefined) return {};
  const known = SHAPES.filter((one) => one !== 'trace');
  if (known.some((one) => one === name)) return { shape: name as ShapeName };
  throw new CannotRun(
    `--shape takes ${known.join(', ')} or a file such as load.csv, got ${JSON.stringify(printable(name))}`,
  );
}

/** `harbour`, `harbour=3`; given several times, or with commas. */
function samplesIn(given: unknown): LoadChange {
  if (!Array.isArray(given)) return {};
  const mix = given
    .flatMap((one) => String(one).split(','))
    .map((one): [string, number] => {
      const [, name = '', weight = '1'] = /^([a-z0-9-]+)(?:=(\d+(?:\.\d+)?))?$/.exec(one) ?? [];
      if (name !== '' && Number(weight) > 0) return [name, Number(weight)];
      throw new CannotRun(`--sample takes a name such as harbour, or harbour=3, got ${JSON.stringify(printable(one))}`);
    });
  return { samples: Object.fromEntries(mix) };
}

function arrivalsIn(given: unknown): LoadChange {
  const name = textOf(given);
  const found = SPACINGS.find((one) => one === name);
  if (name === undefined || found !== undefined) return found === undefined ? {} : { arrivals: found };
  throw new CannotRun(`--arrivals takes ${SPACINGS.join(' or ')}, got ${JSON.stringify(printable(name))}`);
}

/** What was asked for; without a field where nothing was. @throws {CannotRun} */
export async function changeOf(values: Values): Promise<LoadChange> {
  const numbers = NUMBERS.flatMap(([option, field, bounds]) => {
    const value = numberOf(values, option, bounds);
    return value === undefined ? [] : [[field, value] as const];
  });
  const lasts = optionalDuration('--for', values.for);
  const size = textOf(values.size);
  return {
    ...(Object.fromEntries(numbers) as LoadChange),
    ...(await shapeIn(values, lasts)),
    ...samplesIn(values.sample),
    ...arrivalsIn(values.arrivals),
    ...(size === undefined ? {} : parseSize(size)),
    ...(lasts === undefined ? {} : { for_seconds: lasts }),
  };
}
