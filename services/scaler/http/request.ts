// What a request carries, checked: a body, a number in the query.
import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { HttpProblem, readBody } from '../../shared/http-problem.ts';
import { firstIssue } from '../../shared/messaging/fate.ts';

const LONGEST_BODY = 64 * 1024;

/** @throws {HttpProblem} 400, 413 or 422 */
export async function bodyOf<T>(request: IncomingMessage, schema: z.ZodType<T>): Promise<T> {
  const text = await readBody(request, LONGEST_BODY);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new HttpProblem(400, 'a body in JSON was expected');
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new HttpProblem(422, firstIssue(parsed.error));
  return parsed.data;
}

/** A whole number in the query. @throws {HttpProblem} 422 */
export function numberIn(url: URL, name: string, fallback: number, most: number): number {
  const given = url.searchParams.get(name);
  if (given === null) return fallback;
  if (/^\d{1,9}$/.test(given) && Number(given) <= most) return Number(given);
  throw new HttpProblem(
    422,
    `${name} must be a whole number from 0 to ${most}, got ${JSON.stringify(given.slice(0, 40))}`,
  );
}
