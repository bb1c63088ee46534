// Every error that a user of the HTTP API can meet, in one table: its code, status, title, and whether the same request may
// be sent again as it is. The API's documents and its tests read this table.

/** `safeToRetry`: the same request may be sent again and do no harm; a POST, under the same Idempotency-Key. */
export const problems = {
  'malformed-json': { status: 400, title: 'The body is not JSON', safeToRetry: false },
  'not-found': { status: 404, title: 'There is nothing here', safeToRetry: false },
  'job-not-found': { status: 404, title: 'There is no such job', safeToRetry: false },
  'image-not-found': { status: 404, title: 'There is no such picture', safeToRetry: false },
  'method-not-allowed': { status: 405, title: 'This address does not take that method', safeToRetry: false },
  'image-not-ready': { status: 409, title: 'The picture is not there yet', safeToRetry: true },
  'idempotency-key-reused': { status: 409, title: 'The Idempotency-Key was used for another body', safeToRetry: false },
  'job-finished': { status: 409, title: 'The job is finished already', safeToRetry: false },
  'body-too-large': { status: 413, title: 'The body is too large', safeToRetry: false },
  'unsupported-media-type': { status: 415, title: 'The body is of the wrong media type', safeToRetry: false },
  'invalid-request': { status: 422, title: 'The request is not valid', safeToRetry: false },
  'rate-limited': { status: 429, title: 'Too many requests', safeToRetry: true },
  'internal-error': { status: 500, title: 'Something failed on our side', safeToRetry: false },
  'injected-fault': { status: 500, title: 'A fault that was asked for', safeToRetry: true },
  'broker-unavailable': { status: 503, title: 'The message broker cannot be reached', safeToRetry: true },
  'database-unavailable': { status: 503, title: 'The database cannot be reached', safeToRetry: true },
  'deadline-not-possible': { status: 503, title: 'It could not be done by its deadline', safeToRetry: true },
  'not-routed': { status: 503, title: 'No queue is wired to take the work', safeToRetry: true },
  'out-of-service': { status: 503, title: 'Out of service', safeToRetry: true },
} as const satisfies Record<string, { status: number; title: string; safeToRetry: boolean }>;

export type ProblemCode = keyof typeof problems;

/** One field that is wrong: where it stands in the request, what was expected, and what was given (shortened). */
export interface FieldProblem {
  field: string;
  expected: string;
  given?: string;
}

/** An error with an answer for the user. `detail` is a sentence; `retryAfterSeconds` becomes the Retry-After header. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly fields: readonly FieldProblem[];
  readonly retryAfterSeconds: number | undefined;
  constructor(
    code: ProblemCode,
    detail: string,
    options: { fields?: readonly FieldProblem[]; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(detail, { cause: options.cause });
    this.code = code;
    this.fields = options.fields ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** A problem as RFC 9457 says: media type application/problem+json. */
export interface ProblemDetails {
  type: string;
  title: string;
  status: number;
  code: ProblemCode;
  detail: string;
  instance?: string;
  errors?: readonly FieldProblem[];
}

export function problemDetails(problem: Problem, instance?: string): ProblemDetails {
  const { status, title } = problems[problem.code];
  return {
    type: `urn:queuelab:problem:${problem.code}`,
    title,
    status,
    code: problem.code,
    detail: problem.message,
    ...(instance === undefined ? {} : { instance }),
    ...(problem.fields.length === 0 ? {} : { errors: problem.fields }),
  };
}

/**
 * Why an item failed, in words that the person who sent it understands. A worker throws it for what no retry can mend;
 * it becomes the item's stored error.
 */
export class ItemError extends Error {
  override readonly name = 'ItemError';
  /** Stable, kebab-case: `source-not-allowed`, `not-a-picture`, `picture-too-large`, `vendor-refused`, … */
  readonly code: string;
  constructor(code: string, reason: string, options: { cause?: unknown } = {}) {
    super(reason, options);
    this.code = code;
  }
}
