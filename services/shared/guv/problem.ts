// What is wrong with a configuration, and where: one line of text for each.

export interface GuvProblem {
  /** Both begin at 1. */
  line: number;
  column: number;
  role?: string;
  /** As it is spelt in the file. */
  key?: string;
  /** For people: what is wrong, and what was expected. */
  text: string;
}

/** `guv.yaml:12: resize.minimun is an unknown property; did you mean minimum?` */
export const problemLine = (file: string, { line, text }: GuvProblem): string => `${file}:${line}: ${text}`;

/** A configuration that is refused; its message has one line for each problem. */
export class GuvConfigError extends Error {
  override readonly name = 'GuvConfigError';
  readonly problems: readonly GuvProblem[];
  constructor(file: string, problems: readonly GuvProblem[]) {
    const sorted = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
    super(sorted.map((problem) => problemLine(file, problem)).join('\n'));
    this.problems = sorted;
  }
}
