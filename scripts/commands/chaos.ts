// `./lab chaos`: breaks one thing after the other for a while, by a schedule that a seed decides and that is printed first.
import { CannotRun, type Command, textOf } from '../command.ts';
import { runChaos, stepText } from '../faults/chaos-run.ts';
import { scheduleOf } from '../faults/chaos-schedule.ts';
import { durationOf, lasting } from '../faults/duration.ts';
import { seedOf } from '../faults/role-command.ts';
import { interruption } from '../lab-broker.ts';
import type { RunningLab } from '../lab-view.ts';
import { findLab, requireLab } from '../running-lab.ts';
import { plural } from '../terminal.ts';

const SHORTEST_SECONDS = 5;

/** A plan can be made without a lab: then for the one on Docker, where everything can be done. */
async function modeOf(plan: boolean): Promise<{ lab?: RunningLab; mode: RunningLab['mode'] }> {
  const lab = plan ? await findLab() : await requireLab();
  return lab === undefined ? { mode: 'docker' } : { lab, mode: lab.mode };
}

export const command: Command = {
  summary: 'break one thing after the other for a while; the same seed breaks the same things',
  usage: '',
  positionals: { min: 0, max: 0 },
  options: {
    seed: { type: 'string', value: 'SEED', help: 'decides what and when (any where it is not given; it is printed)' },
    for: { type: 'string', value: 'DURATION', help: 'how long (2m)' },
    plan: { type: 'boolean', help: 'print the schedule and do nothing' },
    json: { type: 'boolean', help: 'with --plan: the schedule as JSON' },
  },
  more: 'Examples:\n  ./lab chaos --seed 7 --for 5m\n  ./lab chaos --seed 7 --for 5m --plan',
  async run({ values }) {
    const seconds = durationOf('--for', textOf(values.for) ?? '2m');
    if (seconds < SHORTEST_SECONDS) throw new CannotRun(`--for must be ${SHORTEST_SECONDS}s or longer`);
    if (values.json && !values.plan) throw new CannotRun('--json wants --plan');
    const seed = seedOf(values.seed);
    const { lab, mode } = await modeOf(values.plan === true);
    const steps = scheduleOf(seed, seconds, mode);
    if (values.json) {
      console.log(JSON.stringify({ seed, seconds, mode, steps }));
      return 0;
    }
    console.log(`chaos with seed ${seed} for ${lasting(seconds)}, ${plural(steps.length, 'fault')}:\n`);
    console.log(steps.map(stepText).join('\n'));
    if (lab === undefined || values.plan) return 0;
    const signal = interruption();
    const { done, skipped, problems } = await runChaos(lab, { steps, seed, seconds }, signal);
    const left = skipped.length > 0 ? `, ${skipped.length} left out` : '';
    console.log(`\n${signal.aborted ? 'stopped' : 'over'}: ${plural(done, 'fault')} done${left}`);
    for (const { what, problem } of problems) console.error(`lab: not undone: ${what}: ${problem}`);
    console.log(`${problems.length === 0 ? 'All is undone. ' : ''}Was anything lost? ./lab verdict --wait 60s`);
    return problems.length === 0 ? 0 : 1;
  },
};
