// `./lab`: finds the command's file, reads its arguments, and ends with its exit code.
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CannotRun, type Command } from './command.ts';
import { table } from './terminal.ts';

const COMMANDS = new URL('commands/', import.meta.url);

async function load(name: string): Promise<Command> {
  return ((await import(new URL(`${name}.ts`, COMMANDS).href)) as { command: Command }).command;
}

function names(): string[] {
  return readdirSync(COMMANDS)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => file.slice(0, -3))
    .sort();
}

async function overview(): Promise<string> {
  const commands = await Promise.all(names().map(async (name) => [name, (await load(name)).summary]));
  return `usage: ./lab <command>\n\n${table(commands, { indent: '  ', heading: false })}\n\n./lab <command> --help tells more.`;
}

function help(name: string, command: Command): string {
  const options = Object.entries({ ...command.options, help: { type: 'boolean', help: 'this text' } as const }).map(
    ([option, about]) => {
      const short = 'short' in about && about.short ? `-${about.short}, ` : '';
      const value = 'value' in about && about.value ? ` ${about.value}` : '';
      return [`${short}--${option}${value}`, about.help];
    },
  );
  const more = command.more === undefined ? '' : `\n\n${command.more}`;
  const usage = ['./lab', name, command.usage].filter((part) => part !== '').join(' ');
  return `usage: ${usage} [options]\n\n${command.summary}\n\n${table(options, { indent: '  ', heading: false })}${more}`;
}

function readArguments(name: string, command: Command, args: string[]) {
  try {
    const options = { ...command.options, help: { type: 'boolean' } as const };
    const parsed = parseArgs({ args, options, allowPositionals: true, strict: true });
    if (parsed.values.help) return parsed;
    const { min, max } = command.positionals;
    if (parsed.positionals.length < min) throw new Error(`expected ${command.usage}`);
    const [extra] = parsed.positionals.slice(max);
    if (extra !== undefined) throw new Error(`unexpected argument ${JSON.stringify(extra)}`);
    return parsed;
  } catch (error) {
    const [reason] = (error as Error).message.split('. ');
    throw new CannotRun(`${reason} (see ./lab ${name} --help)`);
  }
}

async function main([name, ...args]: string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    console.log(await overview());
    return name === undefined ? 2 : 0;
  }
  const known = /^[\w-]+$/.test(name) && existsSync(new URL(`${name}.ts`, COMMANDS));
  if (!known) throw new CannotRun(`there is no command ${JSON.stringify(name)}; there are ${names().join(', ')}`);
  const command = await load(name);
  const { values, positionals } = readArguments(name, command, args);
  if (values.help) {
    console.log(help(name, command));
    return 0;
  }
  return command.run({ values, positionals });
}

// Everything that commands name is relative to the folder of docker-compose.yml.
process.chdir(fileURLToPath(new URL('..', import.meta.url)));
// A reader that has enough (`./lab logs | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 2));
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const text = error instanceof Error ? error.message : String(error);
  console.error(`lab: ${text}`);
  process.exitCode = 2;
}
