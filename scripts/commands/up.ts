// `./lab up`: starts the lab, or the parts of it that are down, and waits until all is healthy.
import { CannotRun, type Command } from '../command.ts';
import { dockerIsHere, dockerLab } from '../docker-lab.ts';
import type { RunningLab } from '../lab-view.ts';
import { findLab } from '../running-lab.ts';
import { findLocalLab, startInBackground } from '../supervised-lab.ts';
import { table } from '../terminal.ts';

async function showAddresses(lab: RunningLab): Promise<void> {
  const { frontend, management, coordinator } = await lab.addresses();
  const rows = [
    ['the service', frontend],
    ['RabbitMQ', management && new URL(management).origin],
    ['coordinator', coordinator],
  ].filter((row): row is [string, string] => row[1] !== undefined);
  console.log(
    `${table(rows, { heading: false })}\n\n./lab send 20 --wait sends it work, ./lab status shows it, ./lab down ends it.`,
  );
}

/** The mode that the options ask for, or the running lab has. @throws {CannotRun} where these contradict each other */
export async function chooseMode(
  values: Record<string, unknown>,
  running: RunningLab | undefined,
): Promise<'docker' | 'local'> {
  if (values.local && values.docker) throw new CannotRun('--local and --docker exclude each other');
  const wanted = values.local ? 'local' : values.docker ? 'docker' : undefined;
  if (running !== undefined) {
    if (wanted !== undefined && wanted !== running.mode) {
      throw new CannotRun(
        `the lab runs already, ${running.mode === 'local' ? 'without' : 'on'} Docker; ./lab down ends it`,
      );
    }
    return running.mode;
  }
  return wanted ?? ((await dockerIsHere()) ? 'docker' : 'local');
}

export const command: Command = {
  summary: 'start the lab, or what of it is down, and wait until it is healthy',
  usage: '[service…]',
  positionals: { min: 0, max: 100 },
  options: {
    docker: { type: 'boolean', help: 'on Docker (the default where an engine answers)' },
    local: { type: 'boolean', help: 'as plain processes in the background, without Docker' },
  },
  async run({ values, positionals }) {
    const running = await findLab();
    const mode = await chooseMode(values, running);
    let healthy: boolean;
    if (mode === 'docker' || running !== undefined) healthy = await (running ?? dockerLab).up(positionals);
    else {
      console.log('starting the lab without Docker, in the background');
      healthy = await startInBackground();
    }
    const lab = mode === 'docker' ? dockerLab : await findLocalLab();
    if (healthy && lab !== undefined && positionals.length === 0) await showAddresses(lab);
    return healthy ? 0 : 1;
  },
};
