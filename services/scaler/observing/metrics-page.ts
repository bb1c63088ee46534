// Reads the few samples that the scaler wants from a page in Prometheus's text format, as every service of the lab has one.

/** The values of a metric, each with its labels as they stand there: `outcome="ok",role="caption"`, or ''. */
export type Samples = { labels: string; value: number }[];

/** @param names of metrics, as they stand at the beginning of a line; what is not on the page has no entry */
export function readMetrics(page: string, names: readonly string[]): Map<string, Samples> {
  const found = new Map<string, Samples>();
  for (const line of page.split('\n')) {
    const name = names.find((one) => line.startsWith(one) && (line[one.length] === '{' || line[one.length] === ' '));
    if (name === undefined) continue;
    // Labels may hold spaces and braces: the value stands behind the last brace, and a time may follow it.
    const labelled = line[name.length] === '{';
    const end = labelled ? line.lastIndexOf('}') : name.length;
    const value = Number(
      line
        .slice(end + 1)
        .trim()
        .split(' ', 1)[0],
    );
    if (!Number.isFinite(value)) continue;
    const samples = found.get(name) ?? [];
    samples.push({ labels: labelled ? line.slice(name.length + 1, end) : '', value });
    found.set(name, samples);
  }
  return found;
}

/** All values of a metric added up, those with a certain label only where one is given; undefined where it is not on the page. */
export function sumOf(samples: Samples | undefined, label = ''): number | undefined {
  if (samples === undefined) return undefined;
  return samples.reduce((sum, { labels, value }) => (labels.includes(label) ? sum + value : sum), 0);
}
