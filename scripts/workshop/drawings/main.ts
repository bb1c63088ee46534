// `npm run drawings`: makes the drawings of the workshop anew.
//
//   npm run drawings                          of service.fbp, guv.yaml, docker-compose.yml, and of the item and the run that are kept
//   npm run drawings -- --item newest         takes an item of the running lab, as ./lab trace shows it; or --item <job>.<index>
//   npm run drawings -- --run newest          takes the last ./lab compare; or --run .lab/results/<time>-compare/results.json
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Comparison } from '../../compare/comparison.ts';
import { drawings, FOLDER } from './drawings.ts';
import { ItemTrace } from './item-trace.ts';
import { keep } from './kept-run.ts';

const NEWEST = 'newest';

process.chdir(fileURLToPath(new URL('../../..', import.meta.url)));

/** Written as Biome writes it, so that the check of the format has nothing to say. */
function writeJson(name: string, value: unknown): void {
  const file = join(FOLDER, name);
  writeFileSync(file, JSON.stringify(value));
  execFileSync('node_modules/.bin/biome', ['format', '--write', file], { stdio: ['ignore', 'ignore', 'inherit'] });
}

function takeItem(which: string): void {
  const args = ['trace', '--json', ...(which === NEWEST ? [] : [which])];
  writeJson('item.json', ItemTrace.parse(JSON.parse(execFileSync('./lab', args, { encoding: 'utf8' }))));
}

function takeRun(which: string): void {
  const file = which === NEWEST ? globSync('.lab/results/*-compare/results.json').sort().at(-1) : which;
  if (file === undefined) throw new Error('there is no comparison yet; ./lab compare makes one');
  writeJson('run.json', keep(JSON.parse(readFileSync(file, 'utf8')) as Comparison));
}

const { values } = parseArgs({ options: { item: { type: 'string' }, run: { type: 'string' } } });
if (values.item !== undefined) takeItem(values.item);
if (values.run !== undefined) takeRun(values.run);
for (const [name, draw] of Object.entries(drawings)) {
  const file = join(FOLDER, name);
  writeFileSync(file, draw('.'));
  console.log(file);
}
