// The platform's HTTP interface, as the scaler uses it: who runs, how many may, and set a number.
import { z } from 'zod';

/** The platform could not be asked, or said no: `status` is its answer then, and the message says what it said. */
export class PlatformError extends Error {
  override readonly name = 'PlatformError';
  readonly status: number | undefined;
  constructor(message: string, options: { status?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.status = options.status;
  }
}

const Count = z.number().int().nonnegative();

const PlatformRole = z.object({
  role: z.string(),
  service: z.string(),
  replicas: z.object({ ready: Count, starting: Count, draining: Count, exited: Count, dead: Count }),
  /** What docker-compose.yml says. */
  composeReplicas: Count,
  /** So many fit, and what bounds it. */
  most: Count,
  because: z.string().optional(),
  /** It keeps dying: since when, and when the next one is tried. Epoch seconds. */
  crashLooping: z.object({ since: z.number(), again: z.number().optional() }).nullish(),
});
export type PlatformRole = z.infer<typeof PlatformRole>;

const PlatformReplica = z.object({
  id: z.string(),
  /** As it calls itself to the broker. */
  name: z.string(),
  service: z.string(),
  role: z.string(),
  state: z.enum(['starting', 'ready', 'draining', 'exited', 'dead']),
  /** Epoch seconds: since when it is in that state, and when its start was asked for. */
  since: z.number(),
  requestedAt: z.number(),
  paused: z.boolean(),
  cut: z.boolean(),
  crashLooping: z.boolean(),
  restarts: Count,
  exitCode: z.number().nullish(),
  outOfMemory: z.boolean().nullish(),
  /** `host:port` of its page with /metrics. */
  address: z.string().nullish(),
  /** Cores that it may use at most, where the platform says so. */
  cpus: z.number().positive().nullish(),
});
export type PlatformReplica = z.infer<typeof PlatformReplica>;

const ReplicasSet = z.object({
  role: z.string(),
  from: Count,
  to: Count,
  most: Count,
  /** Ids of those that were started, and of those that were told to end. */
  starting: z.array(z.string()),
  draining: z.array(z.string()),
  /** Why there are fewer or more than asked for. */
  held: z.string().optional(),
});
export type ReplicasSet = z.infer<typeof ReplicasSet>;

const Roles = z.object({ roles: z.array(PlatformRole) });
const Replicas = z.object({ driver: z.string(), replicas: z.array(PlatformReplica) });
const ProblemText = z.object({ title: z.string().optional(), detail: z.string().optional() });

/** Each @throws {PlatformError} */
export interface PlatformClient {
  roles(): Promise<PlatformRole[]>;
  /** Of one role, or of all. */
  replicas(role?: string): Promise<PlatformReplica[]>;
  /** So many replicas of a role from now on: starting and ready ones. */
  set(role: string, replicas: number): Promise<ReplicasSet>;
}

interface PlatformClientOptions {
  /** http://platform:9470 */
  url: string;
  /** The lab's internal token. */
  token: string;
  /** For one question. */
  timeoutMs?: number;
  /** For a change of a number: containers are made and started until it is answered. */
  setTimeoutMs?: number;
}

export function createPlatformClient(options: PlatformClientOptions): PlatformClient {
  const { token, timeoutMs = 2_000, setTimeoutMs = 30_000 } = options;
  const url = options.url.replace(/\/+$/, '');

  async function request<T>(answer: z.ZodType<T>, path: string, limitMs: number, body?: unknown): Promise<T> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(url + path, {
        method: body === undefined ? 'GET' : 'PUT',
        // A kept connection may be closed at the moment that it is used again.
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', connection: 'close' },
        body: body === undefined ? null : JSON.stringify(body),
        redirect: 'error', // the token is meant for nobody else
        signal: AbortSignal.timeout(limitMs),
      });
      text = await response.text();
    } catch (cause) {
      throw new PlatformError(`the platform does not answer: ${unanswered(cause, limitMs)}`, { cause });
    }
    const { status } = response;
    if (!response.ok) throw new PlatformError(refusal(status, text), { status });
    const parsed = answer.safeParse(json(text));
    if (parsed.success) return parsed.data;
    const cause = parsed.error;
    throw new PlatformError(
      'the platform was answered for by something else: it is not the answer that was agreed on',
      {
        status,
        cause,
      },
    );
  }

  return {
    roles: async () => (await request(Roles, '/roles', timeoutMs)).roles,
    async replicas(role) {
      const query = role === undefined ? '' : `?role=${encodeURIComponent(role)}`;
      return (await request(Replicas, `/replicas${query}`, timeoutMs)).replicas;
    },
    set: (role, replicas) => request(ReplicasSet, `/roles/${encodeURIComponent(role)}`, setTimeoutMs, { replicas }),
  };
}

/** JSON, or undefined where it is none. */
function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** fetch says "fetch failed"; what failed is in its cause. */
function unanswered(error: unknown, limitMs: number): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `nothing came within ${limitMs / 1_000} s`;
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
}

function refusal(status: number, text: string): string {
  if (status === 401) return 'the platform refuses the token (401): LAB_TOKEN must be the same there';
  const { detail, title } = ProblemText.safeParse(json(text)).data ?? {};
  return `the platform answered ${status}: ${detail ?? title ?? (text.slice(0, 200) || 'nothing more')}`;
}
