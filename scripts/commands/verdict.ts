// `./lab verdict`: whether anything that was accepted has been lost, or done twice.
import { CannotRun, type Command, textOf } from '../command.ts';
import { brokerOptions, findBroker } from '../lab-broker.ts';
import type { LabAddresses } from '../lab-view.ts';
import { createProgress } from '../progress.ts';
import { requireLab } from '../running-lab.ts';
import { serviceAddress } from '../service-client.ts';
import { exitCodeOf } from '../verdict/types.ts';
import { verdictOf } from '../verdict/verdict.ts';
import { verdictReport } from '../verdict/verdict-report.ts';

const LONGEST_WAIT_SECONDS = 3_600;
const JOB_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** `60s`, `2m`, or a number of seconds. @throws {CannotRun} */
export function waitSeconds(given: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(s|m)?$/.exec(given) ?? [];
  const value = Number(digits) * (unit === 'm' ? 60 : 1);
  if (value <= LONGEST_WAIT_SECONDS) return value;
  throw new CannotRun(`--wait must be a time up to an hour such as 60s or 2m, got ${JSON.stringify(given)}`);
}

function jobId(given: string | undefined): string | undefined {
  if (given === undefined || JOB_ID.test(given)) return given?.toLowerCase();
  throw new CannotRun(`--job must be a job id, which is a UUID, got ${JSON.stringify(given)}`);
}

/** By the options, or the running lab. */
async function addresses(values: Record<string, unknown>): Promise<LabAddresses> {
  const frontend = textOf(values.frontend);
  if (frontend === undefined && values.url === undefined) return (await requireLab()).addresses();
  if (frontend === undefined)
    throw new CannotRun('--url names another broker: name its front end, too, with --frontend');
  return { frontend: serviceAddress('frontend', frontend, 'http://127.0.0.1:8080'), ...(await findBroker(values)) };
}

export const command: Command = {
  summary: 'prove that nothing was lost or done twice, or name what was',
  usage: '',
  positionals: { min: 0, max: 0 },
  options: {
    wait: { type: 'string', value: 'TIME', help: 'how long to wait for what is in flight (60s)' },
    job: { type: 'string', value: 'ID', help: 'only this job' },
    json: { type: 'boolean', help: 'as one JSON object, with every lost item' },
    frontend: { type: 'string', value: 'URL', help: "the front end, where it is not the running lab's" },
    ...brokerOptions,
  },
  more:
    'It holds the ledger against the broker: what was accepted must be done, failed, dead, cancelled or in flight. Exit code 0: nothing is\n' +
    'lost; 1: something is, or was done twice; 2: it could not be found out. What seems to be lost is watched for twelve seconds before it is\n' +
    'called so. Messages that wait with nobody to take them are looked through once the wait is over, which marks them as redelivered.\n' +
    'Examples:\n' +
    '  ./lab verdict\n' +
    '  ./lab verdict --wait 2m\n' +
    '  ./lab verdict --json --wait 0s',
  async run({ values }) {
    const wait = waitSeconds(textOf(values.wait) ?? '60s');
    const job = jobId(textOf(values.job));
    const progress = createProgress();
    try {
      const verdict = await verdictOf(await addresses(values), { waitSeconds: wait, job, onProgress: progress.show });
      progress.clear();
      console.log(values.json ? JSON.stringify(verdict) : verdictReport(verdict));
      return exitCodeOf(verdict);
    } finally {
      progress.clear();
    }
  },
};
