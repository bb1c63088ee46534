// The coordinator's HTTP interface, as ./lab uses it: where it is, and the secret.
import { CannotRun, type CommandOption, textOf } from './command.ts';
import { composeVariables } from './local/local-lab.ts';
import { requireLab } from './running-lab.ts';
import { createServiceClient, Refused, type ServiceClient, serviceAddress } from './service-client.ts';

/** The options of every command that asks the coordinator. */
export const coordinatorOptions = {
  coordinator: { type: 'string', value: 'URL', help: "the coordinator, where it is not the running lab's" },
  secret: {
    type: 'string',
    value: 'SECRET',
    help: "its secret (FBP_SECRET, from the environment or .env, else 'lab')",
  },
} as const satisfies Record<string, CommandOption>;

export interface CoordinatorClient extends ServiceClient {
  readonly secret: string;
}

async function find(values: Record<string, unknown>): Promise<string> {
  const given = textOf(values.coordinator);
  if (given !== undefined) return serviceAddress('coordinator', given, 'http://127.0.0.1:3569');
  const { coordinator } = await (await requireLab()).addresses();
  if (coordinator === undefined) {
    throw new CannotRun('the coordinator is not running; ./lab up coordinator starts it');
  }
  return coordinator;
}

/** The client for a command's options. @throws {CannotRun} where no coordinator runs, or its address is none */
export async function coordinator(values: Record<string, unknown>): Promise<CoordinatorClient> {
  const url = await find(values);
  const secret = textOf(values.secret) ?? (composeVariables('.', process.env).FBP_SECRET || 'lab');

  const client = createServiceClient({
    name: 'coordinator',
    url,
    token: secret,
    wrongToken: 'wants another secret: give it with --secret, or as FBP_SECRET',
  });
  /** What only asks has no answer that is a no. */
  const asking = (error: unknown): never => {
    throw error instanceof Refused ? new CannotRun(error.message) : error;
  };
  return {
    ...client,
    secret,
    get: <T>(path: string) => client.get<T>(path).catch(asking),
    text: (path) => client.text(path).catch(asking),
  };
}
