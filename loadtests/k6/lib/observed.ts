// Rows of the table for each kind of job: k6 keeps numbers of a tag's values apart only where a threshold names them.

const METRICS = ['job_taken', 'job_accepted', 'job_done', 'job_given_up', 'in_deadline'];

/** Thresholds without a demand: spread them before those that have one. */
export function observed(...kinds: string[]): Record<string, string[]> {
  const names = kinds.flatMap((kind) => METRICS.map((metric) => `${metric}{kind:${kind}}`));
  return Object.fromEntries(names.map((name) => [name, []]));
}
