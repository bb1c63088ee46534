import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '../config.ts';
import { specialKind } from './addresses.ts';
import { type AllowList, parseAllowList, sourceAllow } from './allow-list.ts';

const listOf = (text: string): AllowList => {
  const answer = parseAllowList(text);
  assert('value' in answer, JSON.stringify(answer));
  return answer.value;
};

test('every kind of address that is not public is told by name', () => {
  const kinds: Record<string, string | undefined> = {
    '127.0.0.1': 'a loopback address',
    '127.9.9.9': 'a loopback address',
    '::1': 'a loopback address',
    '10.0.0.1': 'a private address',
    '172.31.255.255': 'a private address',
    '192.168.1.1': 'a private address',
    'fd12::1': 'a private address',
    '169.254.169.254': 'a link-local address',
    'fe80::1': 'a link-local address',
    '100.64.0.1': 'an address shared by the customers of a provider',
    '224.0.0.1': 'a multicast address',
    'ff02::1': 'a multicast address',
    '0.0.0.0': 'a reserved address',
    '255.255.255.255': 'a reserved address',
    '::': 'a reserved address',
    '64:ff9b::7f00:1': 'a reserved address',
    '2002:7f00:1::': 'a reserved address',
    '172.32.0.1': undefined,
    '9.255.255.255': undefined,
    '1.1.1.1': undefined,
    '2606:4700::1111': undefined,
  };
  for (const [address, kind] of Object.entries(kinds)) assert.equal(specialKind(address), kind, address);
});

test('an IPv4 address in IPv6 clothes is never public', () => {
  for (const address of ['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:10.0.0.1', '::ffff:1.1.1.1', '::127.0.0.1']) {
    assert.notEqual(specialKind(address), undefined, address);
  }
});

test('by default any name and any public address may be tried', () => {
  const { allow } = readConfig({ allow: sourceAllow }, {});
  assert.equal(allow.hostProblem('example.org', 443), undefined);
  assert.equal(allow.hostProblem('1.1.1.1', 80), undefined);
  assert.equal(allow.addressProblem('example.org', 443, '1.1.1.1'), undefined);
  assert.equal(allow.hostProblem('127.0.0.1', 80), '127.0.0.1 is a loopback address');
  assert.equal(allow.hostProblem('localhost', 80), 'localhost leads to a loopback address');
  assert.equal(allow.addressProblem('example.org', 443, '10.0.0.1'), 'example.org leads to a private address');
});

test('a list without * refuses every other host', () => {
  const allow = listOf('example.org, *.example.com, cdn.example.net:8443');
  const tried = [
    'example.org:80',
    'a.b.example.com:80',
    'cdn.example.net:8443',
    'www.example.org:80',
    'example.com:80',
    'cdn.example.net:443',
    'badexample.com:80',
  ];
  const allowed = tried.filter((entry) => {
    const [host = '', port] = entry.split(':');
    return allow.hostProblem(host, Number(port)) === undefined;
  });
  assert.deepEqual(allowed, ['example.org:80', 'a.b.example.com:80', 'cdn.example.net:8443']);
  assert.equal(allow.hostProblem('evil.test', 80), 'evil.test:80 is not on the list');
});

test('a private address is reached by the listed name of its host, and at the listed port only', () => {
  const allow = listOf('*,media:8000');
  assert.equal(allow.addressProblem('media', 8000, '10.0.0.1'), undefined);
  assert.equal(allow.addressProblem('media', 8001, '10.0.0.1'), 'media leads to a private address');
  assert.equal(allow.addressProblem('other', 8000, '10.0.0.1'), 'other leads to a private address');
});

test('a pattern of names does not open private addresses', () => {
  assert.equal(
    listOf('*.example.org').addressProblem('in.example.org', 80, '10.0.0.1'),
    'in.example.org leads to a private address',
  );
});

test('a listed address or range is reached under any name', () => {
  const allow = listOf('10.0.0.0/8,127.0.0.1:9000,[::1]:9000,fd00::/8');
  assert.equal(allow.hostProblem('nas', 80), undefined);
  assert.equal(allow.addressProblem('nas', 80, '10.9.8.7'), undefined);
  assert.equal(allow.addressProblem('nas', 80, '11.9.8.7'), 'nas:80 is not on the list');
  assert.equal(allow.hostProblem('localhost', 9000), undefined);
  assert.equal(allow.hostProblem('127.0.0.1', 9000), undefined);
  assert.equal(allow.hostProblem('127.0.0.1', 80), '127.0.0.1:80 is not on the list');
  assert.equal(allow.hostProblem('::1', 9000), undefined);
  assert.equal(allow.hostProblem('fd00::5', 80), undefined);
});

test('none leaves only the samples', () => {
  assert.equal(listOf('none').hostProblem('example.org', 443), 'example.org:443 is not on the list');
});

test('a list with a mistake in it stops the start with the entry that is wrong', () => {
  for (const wrong of [
    '10.0.0.0/33',
    'fd00::/129',
    '10.0.0.0/',
    'a,,b',
    'http://example.org',
    'host:99999',
    'host:0',
    '*.',
    'a b',
    '10.0.0',
    '*:80',
    '[::1',
    'a/8',
    '10.0.0.0/8/8',
    '-x.org',
  ]) {
    const answer = parseAllowList(wrong);
    assert('expected' in answer, wrong);
    assert.match(answer.expected, /^a comma-separated list of .* is none of these$/, wrong);
  }
  assert.throws(() => readConfig({ allow: sourceAllow }, { SOURCE_ALLOW: 'example.org, 10.0.0.0/40' }), {
    message:
      'SOURCE_ALLOW must be a comma-separated list of *, *.example.org, host names, host:port, addresses and CIDR ranges (or the one word none); "10.0.0.0/40" is none of these, got "example.org, 10.0.0.0/40"',
  });
});
