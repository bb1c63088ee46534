// guv's own cases: what guv makes of a configuration, this makes of it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { GuvConfigError } from './problem.ts';
import { readGuvConfig } from './read-config.ts';
import { readGuvText } from './yaml-text.ts';

interface Cases {
  scale: {
    name: string;
    config: string;
    role: string;
    guv: { roleConfig: Record<string, unknown>; configErrors: string[] };
  }[];
  configParse: { name: string; config: string; expected: Record<string, unknown> }[];
  configNormalize: { name: string; config: string; expected: Roles; guv: Roles }[];
  validate: { name: string; config: string; valid: boolean; allowKeys: string[]; outputContains?: string }[];
}
type Roles = Record<string, Record<string, unknown>>;

const cases: Cases = JSON.parse(readFileSync(new URL('../../../tests/guv-cases.json', import.meta.url), 'utf8'));

/** Equal but for the last digits: guv takes its way to the target by another order of the same operations. */
function assertClose(actual: Record<string, unknown>, expected: Record<string, unknown>, about: string): void {
  assert.deepEqual(Object.keys(actual).sort(), Object.keys(expected).sort(), about);
  for (const [key, value] of Object.entries(expected)) {
    if (typeof value !== 'number') assert.deepEqual(actual[key], value, `${about}: ${key}`);
    else assert.ok(Math.abs((actual[key] as number) - value) < 1e-9, `${about}: ${key} ${actual[key]} for ${value}`);
  }
}

for (const { name, config, role, guv } of cases.scale) {
  test(`a role is normalised as guv does: ${name}, ${JSON.stringify(config)}`, () => {
    const { errors, ...normal } = readGuvConfig(config, 'case', { lenient: true }).normalized[role]!;
    assertClose(normal, guv.roleConfig, name);
    assert.deepEqual(errors, guv.configErrors);
  });
}

for (const { name, config, guv, expected } of cases.configNormalize) {
  test(`a configuration is normalised as guv does: ${name}`, () => {
    const { normalized } = readGuvConfig(config);
    assert.deepEqual(Object.keys(normalized), Object.keys(guv));
    for (const [role, entry] of Object.entries(guv)) assertClose(normalized[role]!, entry, role);
    for (const [role, entry] of Object.entries(expected)) {
      for (const [key, value] of Object.entries(entry)) assert.equal(normalized[role]![key], value, `${role}.${key}`);
    }
  });
}

for (const { name, config, expected } of cases.configParse) {
  test(`a file without roles is read as guv does: ${name}`, () => {
    assert.deepEqual(Object.fromEntries(readGuvText(config).plain), expected);
  });
}

for (const { name, config, valid, allowKeys, outputContains = '' } of cases.validate) {
  test(`a configuration is ${valid ? 'accepted' : 'refused'} as guv-validate does: ${name}`, () => {
    const read = () => readGuvConfig(config, 'guv.yaml', { allow: allowKeys });
    if (valid) assert.deepEqual(read().notes, []);
    else {
      assert.throws(read, (error) => {
        assert.ok(error instanceof GuvConfigError);
        assert.ok(error.message.toLowerCase().includes(outputContains), error.message);
        return true;
      });
    }
  });
}
