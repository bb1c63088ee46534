// Where load is sent, and where its results are kept: what the scenarios of `./lab load` have in common.
import { CannotRun, type CommandOption, textOf } from '../command.ts';
import type { RunningLab } from '../lab-view.ts';
import { requireLab } from '../running-lab.ts';
import { serviceAddress } from '../service-client.ts';
import { RESULTS } from './results.ts';

export type Values = Record<string, unknown>;

export const targetOptions = {
  url: { type: 'string', value: 'URL', help: "the front end, where it is not the running lab's" },
  results: { type: 'string', value: 'FOLDER', help: `where the numbers are kept (${RESULTS})` },
} as const satisfies Record<string, CommandOption>;

/** `mode` is missing where it is not the lab that runs here. */
export interface LoadTarget {
  frontend: string;
  mode?: RunningLab['mode'];
}

/** The address that was given, or the lab that runs here. @throws {CannotRun} where there is none */
export async function targetOf(values: Values): Promise<LoadTarget> {
  const given = textOf(values.url);
  if (given !== undefined) return { frontend: serviceAddress('url', given, 'http://127.0.0.1:8080') };
  const lab = await requireLab();
  const { frontend } = await lab.addresses();
  if (frontend === undefined) throw new CannotRun('the front end is not running; ./lab up frontend starts it');
  return { frontend, mode: lab.mode };
}

export const folderOf = (values: Values): string => textOf(values.results) ?? RESULTS;

/** `--duration` as k6 writes it, where it was given. @throws {CannotRun} where it is none */
export function durationOf(values: Values): string | undefined {
  const text = textOf(values.duration);
  if (text === undefined || /^(\d+(\.\d+)?[smh])+$/.test(text)) return text;
  throw new CannotRun(`--duration must be a time such as 30s or 1m30s, got ${JSON.stringify(text)}`);
}
