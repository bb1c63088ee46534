// `./lab`, run as a person runs it, for a lab that is named by its addresses.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

const LAB = fileURLToPath(new URL('../../scripts/lab.ts', import.meta.url));

export interface Ended {
  code: number;
  /** Without colours. */
  out: string;
  err: string;
}

export const runLab = (...args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, [LAB, ...args], { encoding: 'utf8' }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out: stripVTControlCharacters(out), err });
    });
  });

/** The options that name it. */
export const at = ({ frontend, amqp, management }: Record<'frontend' | 'amqp' | 'management', string>): string[] => [
  ...['--frontend', frontend, '--url', amqp, '--management', management],
];
