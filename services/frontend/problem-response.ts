// Turns whatever went wrong into problem details (RFC 9457). What is not known to be the client's or an outage's doing is
// logged, and answered without any of its particulars.
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { databaseProblem } from '../shared/database.ts';
import { Problem, problemDetails, problems } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';
import { shown } from './validate.ts';

export function sendProblem(response: Response, problem: Problem, path: string): void {
  if (problem.retryAfterSeconds !== undefined) response.set('retry-after', String(problem.retryAfterSeconds));
  const body = JSON.stringify(problemDetails(problem, path));
  response
    .status(problems[problem.code].status)
    .type('application/problem+json')
    .set('cache-control', 'no-store')
    .send(body);
}

/** Errors of Express and of its body parser, by their `type`, or by their name. */
function requestProblem(error: unknown): Problem | undefined {
  if (error instanceof URIError) return new Problem('not-found', 'The address is not properly percent-encoded.');
  if (!(error instanceof Error) || !('type' in error) || typeof error.type !== 'string') return undefined;
  switch (error.type) {
    case 'entity.too.large':
      return new Problem('body-too-large', 'The body may have at most 1 MiB (1048576 bytes).');
    case 'charset.unsupported':
    case 'encoding.unsupported':
      return new Problem('unsupported-media-type', `Send JSON in UTF-8, not encoded otherwise: ${error.message}.`);
    case 'entity.parse.failed':
    case 'request.size.invalid':
    case 'request.aborted':
      return new Problem('malformed-json', `The body cannot be read as JSON: ${shown(error.message)}.`);
    default:
      return undefined;
  }
}

export function toProblem(error: unknown): Problem | undefined {
  return error instanceof Problem ? error : (databaseProblem(error) ?? requestProblem(error));
}

export const notFound: RequestHandler = (request) => {
  throw new Problem('not-found', `There is nothing at ${request.path}. See /openapi.json for what there is.`);
};

export function answerProblems(log: Log): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error); // Express ends the connection: the client sees that it was cut off
    const known = toProblem(error);
    const what = { err: known?.cause ?? error, method: request.method, path: request.path, code: known?.code };
    if (known === undefined) log.error(what, 'a request failed');
    // A refusal is the front end at work, and under overload there are hundreds a second: they are counted, not logged.
    else if (known.code === 'deadline-not-possible') log.debug(what, known.message);
    else if (problems[known.code].status >= 500) log.warn(what, known.message);
    const unknown = () => new Problem('internal-error', 'It is in the log of the front end.', { cause: error });
    sendProblem(response, known ?? unknown(), request.originalUrl.split('?', 1)[0] ?? '/');
  };
}
