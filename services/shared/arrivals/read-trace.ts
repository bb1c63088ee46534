// Reads a trace of load from CSV: the values of its last column, with complaints by line.

export class TraceError extends Error {
  override readonly name = 'TraceError';
}

/**
 * One value a line, or several columns with the value in the last one. A first line without a number is a heading; empty lines and lines
 * that begin with # are passed over.
 * @param file as it is called in complaints: `loads.csv:12: "n/a" is no number of 0 or more`
 * @throws {TraceError} naming the first lines that are wrong, ten at most
 */
export function readTrace(text: string, file: string): number[] {
  const values: number[] = [];
  const problems: string[] = [];
  let seen = 0;
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    seen += 1;
    const field = line
      .split(/[,;\t]/)
      .at(-1)!
      .trim();
    const value = field === '' ? Number.NaN : Number(field);
    if (Number.isFinite(value) && value >= 0) values.push(value);
    else if (seen > 1 || Number.isFinite(value)) {
      problems.push(`${file}:${index + 1}: ${JSON.stringify(field)} is no number of 0 or more`);
    }
  }
  if (problems.length > 10) problems.splice(10, problems.length, `${file}: and ${problems.length - 10} lines more`);
  if (problems.length === 0 && values.length === 0) problems.push(`${file}: there is no value in it`);
  if (problems.length > 0) throw new TraceError(problems.join('\n'));
  return values;
}
