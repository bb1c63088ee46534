// One bash for a chapter, as a reader has one terminal: what a block sets, the next one finds. What commands say on standard output and on
// standard error comes in one stream, in its order; a line that no command prints tells the end of a block, and its exit code.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { root } from '../e2e/lab-under-test.ts';

/** How long a block may take. */
const LIMIT_MS = 240_000;

export interface Said {
  /** Of the first of the block's commands that did not end with 0; 0 where all did. */
  code: number;
  output: string;
}

export interface ChapterShell {
  /** Runs a block; rejects where it does not end in time, or ends the shell itself. Such a shell runs nothing more. */
  run(command: string): Promise<Said>;
  /** Ends the shell, with what it started in the background. */
  end(): Promise<void>;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** The block as one line for bash. A trap tells its first failure; it reads nothing, so that it does not take what follows for input. */
function script(command: string, mark: string): string {
  return (
    `lab_first=0; trap 'lab_first=\${lab_first/#0/$?}' ERR; eval ${quoted(command)} </dev/null; ` +
    `trap - ERR; printf '\\n%s %s\\n' ${mark} "$lab_first"\n`
  );
}

export function openChapterShell(env: NodeJS.ProcessEnv, { limitMs = LIMIT_MS } = {}): ChapterShell {
  const mark = `end-${randomUUID()}`;
  const END = new RegExp(`\\n${mark} (\\d+)\\n`);
  const child: ChildProcess = spawn('bash', ['--norc', '--noprofile'], {
    cwd: root,
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true, // a group of its own, to be ended with all that runs in it
  });
  let said = '';
  let look = (): void => {};
  // With all that it has said.
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      look();
    });
  child.stdin!.on('error', () => {}); // a shell that has ended
  child.stdin!.write('exec 2>&1\n');

  const killGroup = (): void => {
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // there is nobody left in it
    }
  };

  return {
    run(command) {
      said = '';
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          killGroup();
          settle(() => reject(new Error(`it did not end within ${limitMs / 1000} s; so far it said:\n${said}`)));
        }, limitMs);
        const settle = (answer: () => void): void => {
          clearTimeout(timer);
          look = () => {};
          answer();
        };
        look = () => {
          const end = END.exec(said);
          if (end !== null) settle(() => resolve({ code: Number(end[1]), output: said.slice(0, end.index) }));
        };
        void ended.then(() => settle(() => reject(new Error(`the shell has ended; the last it said:\n${said}`))));
        child.stdin!.write(script(command, mark));
      });
    },
    async end() {
      child.stdin!.end();
      killGroup();
      await ended;
    },
  };
}
