// `./lab simulate`: the scaler's own decisions over a simulated load, policies side by side, before anything real is touched.
import { simulate } from '../../services/scaler/simulator/simulate.ts';
import { type Command, textOf } from '../command.ts';
import { hasUnicode } from '../drawing/graph-drawing.ts';
import { printable } from '../printable.ts';
import { comparison } from '../simulation/comparison.ts';
import { DEFAULT_LOAD } from '../simulation/load-option.ts';
import { LOADS } from '../simulation/load-shapes.ts';
import { DEFAULTS, type PlannedRun, planRuns } from '../simulation/plan.ts';
import { checkPlotName, writePlot } from '../simulation/plot-file.ts';
import type { PolicyRun } from '../simulation/run.ts';
import { terminalPlot } from '../simulation/terminal-plot.ts';
import { paint, table } from '../terminal.ts';

/** Columns and lines: fewer than these are not reckoned with, and what is taken where no terminal says. */
const SIZE = { narrowest: 60, columns: 100, lowest: 24, rows: 50 };

function run({ policy, simulation }: PlannedRun): PolicyRun {
  const settings = simulation.roles.map((role) => role.settings);
  return {
    policy: policy.label,
    report: simulate(simulation),
    deadlines: settings.map(({ deadline }) => deadline),
    polls: settings.map(({ pollinterval }) => pollinterval),
    maxima: settings.map(({ maximum }) => maximum),
  };
}

function failures(planned: readonly PlannedRun[]): string[] {
  return planned
    .filter(({ policy }) => policy.failures.count > 0)
    .map(({ policy: { label, failures } }) => {
      const text = `${label} failed ${failures.count} times, and its roles fell back; the last time: ${failures.last}`;
      return paint('yellow', printable(text));
    });
}

function report(runs: readonly PolicyRun[], warnings: readonly string[]): string {
  const width = Math.max(SIZE.narrowest, process.stdout.columns ?? process.stderr.columns ?? SIZE.columns);
  const rows = Math.max(SIZE.lowest, process.stdout.rows ?? process.stderr.rows ?? SIZE.rows);
  const text = [comparison(runs, width), ...warnings].join('\n');
  // The plot takes what the tables leave, and two lines for what stands between and the prompt.
  const height = rows - text.split('\n').length - 2;
  return `${text}\n\n${terminalPlot(runs, { width, height, unicode: hasUnicode(process.env) })}`;
}

const loads = table(
  Object.entries(LOADS).map(([name, { about }]) => [name, about]),
  { indent: '  ', heading: false },
);

export const command: Command = {
  summary: 'simulate how each role would scale under a load, policies side by side',
  usage: '',
  positionals: { min: 0, max: 0 },
  options: {
    load: { type: 'string', value: 'NAME', help: `a load by name, or a CSV file with rates (${DEFAULT_LOAD})` },
    mean: { type: 'string', value: 'N', help: 'jobs a second on average; flash: beside the crowd' },
    peak: { type: 'string', value: 'N', help: 'jobs a second at the most' },
    minutes: { type: 'string', value: 'N', help: `how long (${DEFAULTS.minutes})` },
    config: { type: 'string', value: 'FILE', help: `the roles (${DEFAULTS.config})` },
    role: {
      type: 'string',
      multiple: true,
      value: 'ROLE',
      help: 'this role alone; several in a row (all of the file)',
    },
    policy: { type: 'string', value: 'LIST', help: `by name, name@poll, or a file (${DEFAULTS.policy})` },
    service: {
      type: 'string',
      multiple: true,
      value: 'S',
      help: 'seconds a job really takes; resize=0.8 for one role',
    },
    'service-spread': { type: 'string', multiple: true, value: 'S', help: 'its standard deviation, likewise' },
    boot: { type: 'string', multiple: true, value: 'S', help: 'seconds until a new replica works, likewise' },
    late: {
      type: 'string',
      value: 'S',
      help: `the broker counts every so many seconds (${DEFAULTS.late}, as in the lab)`,
    },
    lost: { type: 'string', value: 'SHARE', help: 'share of the looks that see nothing, 0 to 1 (0)' },
    'crash-every': { type: 'string', value: 'S', help: 'a replica crashes after so many seconds on average (never)' },
    seed: { type: 'string', value: 'N', help: `another seed, another run (${DEFAULTS.seed})` },
    plot: { type: 'string', value: 'FILE', help: 'draw the run: run.svg or run.png' },
    json: { type: 'boolean', help: 'the reports with their series, by policy, as one JSON object' },
  },
  more:
    `Loads:\n${loads}\n\n` +
    'Without --mean and --peak the load is such that the replicas of guv.yaml can do it. A policy sees what guv.yaml believes\n' +
    'and what it measures; --service, --service-spread and --boot say how it really is.\n' +
    'Examples:\n' +
    '  ./lab simulate\n' +
    '  ./lab simulate --role resize --policy deadline,guv,guv@5,keda-queue-length --plot run.png\n' +
    '  ./lab simulate --load sine --role resize --service 2 --crash-every 300\n' +
    '  ./lab simulate --load yesterday.csv --minutes 60 --mean 4 --json',
  async run({ values }) {
    const plot = textOf(values.plot);
    if (plot !== undefined) checkPlotName(plot);
    const planned = await planRuns(values);
    const runs = planned.map(run);
    if (plot !== undefined) await writePlot(plot, runs);
    if (values.json) console.log(JSON.stringify(Object.fromEntries(runs.map((one) => [one.policy, one.report]))));
    else console.log(report(runs, failures(planned)));
    // On standard error, so that --json is JSON alone.
    if (plot !== undefined) console.error(paint('dim', `drawn in ${printable(plot)}`));
    return 0;
  },
};
