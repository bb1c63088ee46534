import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { differing, settingNames, settingsOf } from './settings.ts';

const FILE = `
services:
  a: { command: [node, a.ts], environment: { PORT: 9464, UNSAFE_MESSAGING: , LOG_LEVEL: , URL: "\${WHERE:-x}" } }
  b: { command: [node, b.ts], environment: { LOG_LEVEL: , ADMISSION: } }
  c: { image: c }
`;

test('what is handed on by its name alone is a setting, and nothing else is', () => {
  assert.deepEqual(settingNames(FILE), ['UNSAFE_MESSAGING', 'LOG_LEVEL', 'ADMISSION']);
  const ours = settingNames(readFileSync('docker-compose.yml', 'utf8'));
  for (const name of ['UNSAFE_MESSAGING', 'ADMISSION', 'POISON', 'VENDOR_LATENCY_MS', 'SCALER_MODE']) {
    assert.ok(ours.includes(name), name);
  }
  assert.deepEqual(
    ours.filter((name) => /PORT|PASSWORD|TOKEN|SECRET|URL|FOLDER/.test(name)),
    [],
  );
});

test('settings are what the services would get', () => {
  assert.deepEqual(settingsOf(FILE, { UNSAFE_MESSAGING: '1', WHERE: 'y', HOME: '/' }), { UNSAFE_MESSAGING: '1' });
});

test('a setting that one has and the other has not is a difference', () => {
  assert.deepEqual(differing({ A: '1', B: '2' }, { B: '2', A: '0', C: '' }), ['A', 'C']);
  assert.deepEqual(differing({ A: '1' }, { A: '1' }), []);
});
