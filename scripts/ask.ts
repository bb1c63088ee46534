// Asks a person before something is done that takes away.
import { createInterface } from 'node:readline/promises';

/** Whether there is a person to ask. */
export function onTerminal(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** Asks on the terminal; anything but yes is no, and so is Ctrl-C or the end of the input. */
export async function ask(question: string): Promise<boolean> {
  // On standard error: what a command answers is for standard output.
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new AbortController();
  terminal.once('close', () => ended.abort());
  terminal.once('SIGINT', () => terminal.close());
  try {
    const answer = await terminal.question(`${question} [y/N] `, { signal: ended.signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch {
    process.stderr.write('\n');
    return false;
  } finally {
    terminal.close();
  }
}
