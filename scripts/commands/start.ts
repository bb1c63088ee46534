// `./lab start`, which is `npm start`: the lab without Docker, in this terminal, until Ctrl-C.
import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from '../command.ts';
import { notHealthy } from '../lab-view.ts';
import { type LocalLab, openLocalLab } from '../local/local-lab.ts';
import { renderLogLine } from '../local/log-line.ts';
import { signalPid } from '../local/processes.ts';
import { ensureRabbitmq } from '../local/rabbitmq-install.ts';
import { paint, seconds, table } from '../terminal.ts';

/** npm passes Ctrl-C on, and the terminal has sent it too: what comes so soon after the first is the same one. */
const SAME_SIGNAL_MS = 1_000;
const HEALTHY_EVERY_MS = 200;
/** After so long without health it says so, once. */
const SLOW_MS = 90_000;

const say = (line: string): void => console.log(line);

function screen(lab: LocalLab, tookSeconds: number): string {
  const { addresses, rabbitmq, leftOut } = lab.about();
  const management = new URL(addresses.management);
  const version = rabbitmq?.startsWith('4.')
    ? rabbitmq
    : `${rabbitmq} (on Docker it is 4.x; the lab uses what both have)`;
  const rows = [
    ...(addresses.frontend ? [['the service', addresses.frontend]] : []),
    [
      'RabbitMQ',
      `${management.origin}  user ${management.username}, password ${decodeURIComponent(management.password)}`,
    ],
    ...(addresses.coordinator ? [['coordinator', addresses.coordinator]] : []),
  ];
  const missing = leftOut.length > 0 ? `\n  Not here, for it needs Docker: ${leftOut.join(', ')}.` : '';
  return `
${paint('green', '  The lab is up')} after ${seconds(tookSeconds)}, without Docker; RabbitMQ ${version}.

${table(rows, { indent: '  ', heading: false })}

  Try, in another terminal:  ./lab send 20 --wait
  Logs are in .lab/logs.     Ctrl-C stops all of it; what is queued stays for the next start.${missing}
`;
}

async function announce(lab: LocalLab, ended: AbortSignal): Promise<void> {
  const started = performance.now();
  let slow = false;
  while (!ended.aborted) {
    const left = notHealthy(
      lab.supervisor
        .status()
        .map(({ name, replicas }) => ({ name, replicas: replicas.map((one) => ({ ...one, detail: '' })) })),
    );
    const took = performance.now() - started;
    if (left.length === 0) return say(screen(lab, took / 1000));
    if (took > SLOW_MS && !slow) {
      slow = true;
      say(`still not healthy after ${SLOW_MS / 1000} s: ${left.join(', ')}`);
    }
    await wait(HEALTHY_EVERY_MS);
  }
}

/** RabbitMQ's own lines are long and many: they are in its log file. */
function showLog(replica: string, line: string): void {
  if (!replica.startsWith('rabbitmq-')) say(renderLogLine(replica, line));
}

async function run(): Promise<number> {
  const ending = new AbortController();
  let firstAt = 0;
  let lab: LocalLab | undefined;
  const onSignal = (): void => {
    if (!ending.signal.aborted) {
      firstAt = performance.now();
      say('\nstopping everything (Ctrl-C again forces it)');
      ending.abort();
    } else if (performance.now() - firstAt > SAME_SIGNAL_MS) {
      for (const { pid } of lab?.supervisor.processes() ?? []) signalPid(pid, 'SIGKILL');
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);

  await ensureRabbitmq(say);
  const onStopAsked = (): void => {
    if (!ending.signal.aborted) ending.abort();
  };
  lab = await openLocalLab({ root: '.', env: process.env, say, onLog: showLog, onStopAsked });
  say(`starting ${lab.services.join(', ')}`);
  try {
    const started = lab.supervisor.start().then(() => undefined);
    const ended = new Promise<void>((resolve) =>
      ending.signal.addEventListener('abort', () => resolve(), { once: true }),
    );
    if (!ending.signal.aborted)
      await Promise.race([ended, Promise.all([started, announce(lab, ending.signal)]).then(() => ended)]);
  } finally {
    await lab.close();
  }
  say('stopped; nothing is left running');
  return 0;
}

export const command: Command = {
  summary: 'run the lab without Docker in this terminal, until Ctrl-C (the same as npm start)',
  usage: '',
  positionals: { min: 0, max: 0 },
  options: {},
  run,
};
