import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const read = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
const names = (text: string, pattern: RegExp): string[] =>
  [...new Set([...text.matchAll(pattern)].map(([, name]) => name!))].sort();

test('.env.example lists every variable that docker-compose.yml reads, and no other', () => {
  const compose = read('docker-compose.yml');
  const interpolated = names(compose, /\$\{([A-Z][A-Z0-9_]*)/g);
  const passedOn = names(compose, /^ {6}([A-Z][A-Z0-9_]*):(?: *#.*)?$/gm);
  const listed = names(read('.env.example'), /^([A-Z][A-Z0-9_]*)=/gm);
  assert.deepEqual(listed, [...new Set([...interpolated, ...passedOn])].sort());
});

test('the defaults that .env.example shows are those of docker-compose.yml', () => {
  const compose = read('docker-compose.yml');
  const listed = new Map(
    [...read('.env.example').matchAll(/^([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  );
  for (const [, name, value] of compose.matchAll(/\$\{([A-Z][A-Z0-9_]*):-([^}]*)\}/g)) {
    assert.equal(listed.get(name!), value, name);
  }
});
