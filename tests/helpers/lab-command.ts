// A program for tests: runs a command of ./lab on the lab in another folder, where ./lab itself goes to its own.
//
//   node tests/helpers/lab-command.ts <folder> <command> [arguments…]
import { parseArgs } from 'node:util';
import type { Command } from '../../scripts/command.ts';

const [folder = '.', name = '', ...args] = process.argv.slice(2);
process.chdir(folder);
try {
  const file = new URL(`../../scripts/commands/${name}.ts`, import.meta.url).href;
  const { command } = (await import(file)) as { command: Command };
  const { values, positionals } = parseArgs({ args, options: command.options, allowPositionals: true });
  process.exitCode = await command.run({ values, positionals });
} catch (error) {
  console.error(`lab: ${(error as Error).message}`);
  process.exitCode = 2;
}
