// `./lab load dial`: sets the lab's own load, which can be turned while it runs, shows how it does, and stops it.
import type { LoadState } from '../../services/dial/dial.ts';
import { SHAPES } from '../../services/dial/settings.ts';
import { CannotRun, type CommandOption, textOf } from '../command.ts';
import type { LabAddresses } from '../lab-view.ts';
import { composeVariables } from '../local/local-lab.ts';
import { requireLab } from '../running-lab.ts';
import { createServiceClient, noAsExitCode, type ServiceClient, serviceAddress } from '../service-client.ts';
import { changeOf } from './dial-change.ts';
import { describe, heading, line, summary } from './dial-line.ts';
import { watchLoad } from './dial-watch.ts';

/** The options of the scenario `dial`. */
export const dialOptions = {
  rate: { type: 'string', value: 'N', help: 'jobs a second: the highest that the shape reaches' },
  shape: {
    type: 'string',
    value: 'NAME',
    help: `${SHAPES.filter((shape) => shape !== 'trace').join(', ')}, or a CSV file with rates`,
  },
  low: { type: 'string', value: 'N', help: 'jobs a second, the lowest, of burst, step, sine and waves (0)' },
  period: { type: 'string', value: 'S', help: 'seconds of one burst, step or wave (60)' },
  every: { type: 'string', value: 'S', help: 'seconds from one value of a CSV to the next (1; with --for all of it)' },
  arrivals: { type: 'string', value: 'HOW', help: 'even or poisson (even where the rate is constant, else poisson)' },
  seed: { type: 'string', value: 'N', help: 'another seed, other arrivals (1)' },
  set: { type: 'string', value: 'N', help: 'images of a job (1)' },
  sample: { type: 'string', multiple: true, value: 'NAME', help: 'which picture (harbour); harbour=3 has that weight' },
  size: { type: 'string', value: 'WxH', help: 'how large it becomes, in pixels (320x240)' },
  deadline: { type: 'string', value: 'S', help: 'when a job shall be done, in seconds' },
  urgent: { type: 'string', value: 'SHARE', help: 'share of the jobs that are urgent, 0 to 1 (0)' },
  for: { type: 'string', value: 'TIME', help: 'how long, such as 2m; else until it is stopped' },
  detach: { type: 'boolean', help: 'leave it running' },
  off: { type: 'boolean', help: 'stop what runs' },
  dial: { type: 'string', value: 'URL', help: "the dial, where it is not the running lab's" },
  token: { type: 'string', value: 'TOKEN', help: "its token (LAB_TOKEN, from the environment or .env, else 'lab')" },
  json: { type: 'boolean', help: 'the state as JSON; a line each second while it is watched' },
} as const satisfies Record<string, CommandOption>;

interface Found {
  client: ServiceClient;
  addresses: LabAddresses;
}

/** @throws {CannotRun} where no dial runs, or its address is none */
async function find(values: Record<string, unknown>): Promise<Found> {
  const given = textOf(values.dial);
  const addresses = given === undefined ? await (await requireLab()).addresses() : {};
  const url = given === undefined ? addresses.dial : serviceAddress('dial', given, 'http://127.0.0.1:3571');
  if (url === undefined) throw new CannotRun('the dial is not running; ./lab up dial starts it');
  const token = textOf(values.token) ?? (composeVariables('.', process.env).LAB_TOKEN || 'lab');
  const wrongToken = 'wants another token: give it with --token, or as LAB_TOKEN';
  return { client: createServiceClient({ name: 'dial', url, token, wrongToken }), addresses };
}

function show(state: LoadState, json: boolean, text: string): void {
  console.log(json ? JSON.stringify(state) : text);
}

async function off(client: ServiceClient, json: boolean): Promise<number> {
  const before = await client.get<LoadState>('/load');
  const state = await client.send<LoadState>('DELETE', '/load');
  show(state, json, before.running ? summary(state) : 'no load runs');
  return 0;
}

/** Nothing was asked for: what runs is shown, and watched where there is a terminal. */
async function look({ client, addresses }: Found, json: boolean): Promise<number> {
  const state = await client.get<LoadState>('/load');
  if (!state.running) show(state, json, 'no load runs; ./lab load dial --rate 20 starts one');
  else if (json || process.stdout.isTTY !== true) show(state, json, `${heading()}\n${line(state, [])}`);
  else await watchLoad(client, { addresses, started: false, json });
  return 0;
}

async function set({ client, addresses }: Found, values: Record<string, unknown>): Promise<number> {
  const json = values.json === true;
  const change = await changeOf(values);
  const before = await client.get<LoadState>('/load');
  const state = await client.put<LoadState>('/load', change);
  if (values.detach) {
    show(state, json, `${describe(state)}: it goes on; ./lab load dial shows it, --off stops it`);
    return 0;
  }
  if (!json) console.log(describe(state));
  await watchLoad(client, { addresses, started: !before.running, json });
  return 0;
}

/** Options that say what a load is to be; the others say how it is shown, or where the dial is. */
const SETTING = Object.keys(dialOptions).filter(
  (option) => !['detach', 'off', 'dial', 'token', 'json'].includes(option),
);

/** Answers with the exit code. @throws {CannotRun} */
export async function runDial({ values }: { values: Record<string, unknown> }): Promise<number> {
  const sets = SETTING.some((option) => values[option] !== undefined);
  if (values.off && (sets || values.detach)) throw new CannotRun('--off stops the load: it takes nothing else');
  if (values.detach && !sets) throw new CannotRun('--detach goes with a load, such as --rate 20');
  const found = await find(values);
  return noAsExitCode(() => {
    if (values.off) return off(found.client, values.json === true);
    return sets ? set(found, values) : look(found, values.json === true);
  });
}
