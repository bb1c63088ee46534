// The scaler's HTTP interface, as ./lab uses it: where it is, and the token.
import { CannotRun, type CommandOption, textOf } from './command.ts';
import { composeVariables } from './local/local-lab.ts';
import { requireLab } from './running-lab.ts';
import { createServiceClient, type ServiceClient, serviceAddress } from './service-client.ts';

/** The options of every command that asks the scaler. */
export const scalerOptions = {
  scaler: { type: 'string', value: 'URL', help: "the scaler, where it is not the running lab's" },
  token: { type: 'string', value: 'TOKEN', help: "its token (LAB_TOKEN, from the environment or .env, else 'lab')" },
} as const satisfies Record<string, CommandOption>;

async function find(values: Record<string, unknown>): Promise<string> {
  const given = textOf(values.scaler);
  if (given !== undefined) return serviceAddress('scaler', given, 'http://127.0.0.1:3570');
  const { scaler } = await (await requireLab()).addresses();
  if (scaler === undefined) throw new CannotRun('the scaler is not running; ./lab up scaler starts it');
  return scaler;
}

/** The client for a command's options. @throws {CannotRun} where no scaler runs, or its address is none */
export async function scaler(values: Record<string, unknown>): Promise<ServiceClient> {
  const url = await find(values);
  const token = textOf(values.token) ?? (composeVariables('.', process.env).LAB_TOKEN || 'lab');
  return createServiceClient({
    name: 'scaler',
    url,
    token,
    wrongToken: 'wants another token: give it with --token, or as LAB_TOKEN',
  });
}
