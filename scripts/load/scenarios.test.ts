import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { findScenario, LADDER, ladder } from './scenarios.ts';

const scenarios = ladder(new URL(`../../${LADDER}`, import.meta.url).pathname);

test('the ladder has nine steps, without a gap', () => {
  assert.deepEqual(
    scenarios.map(({ step }) => step),
    ['01', '02', '03', '04', '05', '06', '07', '08', '09'],
  );
});

test('a scenario is found by its step, its name or its file', () => {
  for (const given of ['5', '05', 'overwhelm', '05-overwhelm', '05-overwhelm.ts']) {
    assert.equal(findScenario(scenarios, given)?.file, '05-overwhelm.ts', given);
  }
  assert.equal(findScenario(scenarios, '10'), undefined);
});

test('every step says its idea in a line, how it is run and what to look at', () => {
  for (const { step, name, file, summary } of scenarios) {
    const head = readFileSync(new URL(`../../${LADDER}/${file}`, import.meta.url), 'utf8');
    assert.match(summary, /^[A-Z].{20,}/, file);
    assert.match(head, new RegExp(`\\./lab (autoscale \\w+ .*)?load (${step}|${name})`), file);
    assert.match(head, /Look at: /, file);
    // Its table and its results go by the same name.
    assert.match(head, new RegExp(`summary\\(\\s*'${file.replace('.ts', '')}'`), file);
  }
});

test('every setting of a step stands in the README', () => {
  const readme = readFileSync(new URL('../../loadtests/README.md', import.meta.url), 'utf8');
  for (const { file } of scenarios) {
    const text = readFileSync(new URL(`../../${LADDER}/${file}`, import.meta.url), 'utf8');
    for (const [, name] of text.matchAll(/(?:number|duration|yes)\('([A-Z_]+)'/g)) {
      assert.match(readme, new RegExp(`\`${name}\``), `${file} reads ${name}`);
    }
  }
});
