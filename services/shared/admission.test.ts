import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusalOf } from './admission.ts';

const ALLOWED = ['https://lab.example.org'];
const refused = (origin: string | undefined, host: string | undefined = '127.0.0.1:3569'): boolean =>
  refusalOf({ origin, host }, ALLOWED) !== undefined;

test('a program, which sends no Origin, may connect', () => {
  assert.equal(refused(undefined), false);
});

test('pages from this machine and of allowed origins may connect', () => {
  for (const origin of ['http://localhost:3000', 'http://127.0.0.1', 'https://[::1]:8443', 'https://lab.example.org']) {
    assert.equal(refused(origin), false, origin);
  }
});

test('pages of other sites may not, however their names look', () => {
  const odd = [
    'https://evil.example',
    'http://localhost.evil.example',
    'http://127.0.0.1.evil.example',
    'http://evil.example/localhost',
    'http://localhost@evil.example',
    'https://lab.example.org.evil.example',
    'http://lab.example.org',
    'https://lab.example.org:444',
    'http://coordinator',
    'null',
    '',
    'localhost',
    'file://',
  ];
  for (const origin of odd) assert.equal(refused(origin), true, origin);
});

test('this machine, service names and allowed hosts are good as a Host', () => {
  const hosts = [
    'localhost',
    'LOCALHOST:3569',
    '127.0.0.1:3569',
    '127.1.2.3',
    '[::1]:3569',
    'coordinator:3569',
    'lab_1',
  ];
  for (const host of [...hosts, 'lab.example.org']) assert.equal(refused(undefined, host), false, host);
});

test('a name that somebody else may own is not', () => {
  const odd = [
    'evil.example',
    'evil.example:3569',
    'localhost.evil.example',
    'coordinator.',
    '10.0.0.1',
    '',
    ' ',
    'a b',
  ];
  for (const host of odd) assert.equal(refused(undefined, host), true, host);
  assert.equal(refusalOf({ origin: undefined, host: undefined }, ALLOWED), 'a Host is wanted');
});
