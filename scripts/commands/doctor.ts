// `./lab doctor`: says what this machine lacks for the lab, and how to mend it.
import { readFileSync } from 'node:fs';
import type { Command } from '../command.ts';
import { examine, type Finding } from '../doctor-checks.ts';
import { readComposeFile } from '../local/compose-file.ts';
import { composeVariables } from '../local/local-lab.ts';
import { findLab } from '../running-lab.ts';
import { paint, type Style, table } from '../terminal.ts';

const MARK: Record<Finding['verdict'], [Style, string]> = {
  fine: ['green', 'fine'],
  note: ['yellow', 'note'],
  problem: ['red', 'problem'],
};

function render(findings: readonly Finding[]): string {
  const rows = findings.map(({ what, verdict, found, remedy }) => [paint(...MARK[verdict]), what, found, remedy ?? '']);
  const problems = findings.filter(({ verdict }) => verdict === 'problem').length;
  const verdict =
    problems === 0
      ? 'Nothing stands in the way.'
      : `${problems === 1 ? 'One problem' : `${problems} problems`} to mend.`;
  return `${table([['', 'what', 'found', 'remedy'], ...rows])}\n\n${verdict}`;
}

export const command: Command = {
  summary: 'check what the lab needs of this machine; each problem with its remedy',
  usage: '',
  positionals: { min: 0, max: 0 },
  options: { json: { type: 'boolean', help: 'as one JSON object' } },
  async run({ values }) {
    const services = readComposeFile(readFileSync('docker-compose.yml', 'utf8'), composeVariables('.', process.env));
    const findings = await examine(services, (await findLab()) !== undefined);
    const ok = findings.every(({ verdict }) => verdict !== 'problem');
    console.log(values.json ? JSON.stringify({ ok, findings }) : render(findings));
    return ok ? 0 : 1;
  },
};
