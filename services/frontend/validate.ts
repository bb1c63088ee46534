// Checks input against a schema and says what is wrong with it field by field.
import type { z } from 'zod';
import { type FieldProblem, Problem } from '../shared/errors.ts';

/** A thousand wrong images need not be told apart in one answer. */
const MOST_FIELDS = 50;
const LONGEST_GIVEN = 80;

/** `['images', 3, 'width']` as `images[3].width`. */
export function fieldName(path: readonly PropertyKey[]): string {
  const name = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return name.replace(/^\./, '');
}

/** What was given, short enough for an error; undefined where nothing was. */
export function shown(given: unknown): string | undefined {
  if (given === undefined) return undefined;
  if (Array.isArray(given)) return `an array of ${given.length}`;
  const text = JSON.stringify(given) ?? String(given);
  return text.length <= LONGEST_GIVEN
    ? text
    : `${text.slice(0, LONGEST_GIVEN).toWellFormed()}… (${text.length} characters)`;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[part] : undefined,
    input,
  );
}

function fieldProblems(issue: z.core.$ZodIssue, input: unknown, whole: string): FieldProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: fieldName([...issue.path, key.slice(0, LONGEST_GIVEN)]),
      expected: 'absent: no such field is known',
      given: shown(valueAt(input, [...issue.path, key])),
    }));
  }
  const field = fieldName(issue.path) || whole;
  return [{ field, expected: issue.message, given: shown(valueAt(input, issue.path)) }];
}

/** A sentence for one field problem. */
const sentence = ({ field, expected, given }: FieldProblem): string =>
  `${field} must be ${expected}${given === undefined ? '' : `, got ${given}`}`;

/** The problem that names the fields. */
export function invalid(fields: readonly FieldProblem[]): Problem {
  const [first] = fields;
  const more = fields.length > 1 ? `; and ${fields.length - 1} more, see errors` : '';
  const detail = first === undefined ? 'The request is not valid.' : `${sentence(first)}${more}.`;
  return new Problem('invalid-request', detail, { fields: fields.slice(0, MOST_FIELDS) });
}

/**
 * The input as the schema makes it. `whole` names the input itself, for what is wrong with all of it.
 * @throws {Problem} `invalid-request`
 */
export function validate<S extends z.ZodType>(schema: S, input: unknown, whole: string): z.output<S> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw invalid(result.error.issues.flatMap((issue) => fieldProblems(issue, input, whole)));
}
