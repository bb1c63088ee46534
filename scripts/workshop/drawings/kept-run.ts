// The run that is drawn, as it is kept beside its drawing: what `./lab compare` left, a line for each job and each second, in numbers no
// finer than the drawing shows.
import { z } from 'zod';
import { type Comparison, type Fate, outcomes, type Run, type Sample } from '../../compare/comparison.ts';

/** Due, what became of it, from due to done. Seconds. */
const KeptFate = z.tuple([z.number(), z.enum(outcomes), z.number().nullable()]);
/** When; jobs so far: due, done, in time; of each role the backlog and the replicas. */
const KeptSample = z.tuple([
  z.number(),
  z.int(),
  z.int(),
  z.int(),
  z.record(z.string(), z.tuple([z.int().nullable(), z.int().nullable()])),
]);
const KeptRun = z.looseObject({ fates: z.array(KeptFate), samples: z.array(KeptSample) });
const Kept = z.looseObject({ runs: z.tuple([KeptRun, KeptRun]) });
export type Kept = z.infer<typeof Kept>;

const hundredth = (value: number): number => Math.round(value * 100) / 100;
const hundredthOrNull = (value: number | null): number | null => (value === null ? null : hundredth(value));

function keptSample({ at, arrived, done, inDeadline, roles }: Sample): z.infer<typeof KeptSample> {
  const seen = Object.entries(roles).map(([role, one]) => [role, [one.backlog, one.replicas]] as const);
  return [hundredth(at), arrived, done, inDeadline, Object.fromEntries(seen) as Record<string, [number, number]>];
}

const keptRun = ({ fates, samples, seconds, ...rest }: Run): z.infer<typeof KeptRun> => ({
  ...rest,
  seconds: hundredth(seconds),
  fates: fates.map(({ due, outcome, seconds: took }) => [hundredth(due), outcome, hundredthOrNull(took)]),
  samples: samples.map(keptSample),
});

export function keep({ runs: [first, second], ...facts }: Comparison): Kept {
  return { ...facts, runs: [keptRun(first), keptRun(second)] };
}

/** The comparison again. @throws where the file holds something else */
export function restore(json: unknown): Comparison {
  const { runs, ...facts } = Kept.parse(json);
  const restored = runs.map(({ fates, samples, ...rest }) => ({
    ...rest,
    fates: fates.map(([due, outcome, seconds]): Fate => ({ due, outcome, seconds })),
    samples: samples.map(([at, arrived, done, inDeadline, roles]): Sample => {
      const seen = Object.entries(roles).map(([role, [backlog, replicas]]) => [role, { backlog, replicas }]);
      return { at, arrived, done, inDeadline, roles: Object.fromEntries(seen) };
    }),
  }));
  return { ...facts, runs: restored } as unknown as Comparison;
}
