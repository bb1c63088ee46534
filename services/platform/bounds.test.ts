import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundOf } from './bounds.ts';

const GIB = 1024 ** 3;
const given = {
  role: 'resize',
  service: 'resize',
  maximum: 10,
  replica: { cpus: 0.5, memoryBytes: GIB / 2 },
  host: { cpus: 2, memoryBytes: 8 * GIB },
  inUse: [
    { service: 'rabbitmq', cpus: 1, memoryBytes: GIB },
    { service: 'resize', cpus: 0.5, memoryBytes: GIB / 2 },
    { service: 'vendor' },
  ],
};

test('on a host with room the maximum of guv.yaml is the bound', () => {
  assert.deepEqual(boundOf(given), { most: 10, because: 'the maximum of resize in guv.yaml is 10' });
});

test('memory is the bound where the limits of all that runs would be more than twice the host', () => {
  const { most, because } = boundOf({ ...given, host: { cpus: 2, memoryBytes: 2 * GIB } });
  assert.equal(most, 6);
  assert.equal(
    because,
    "the host's memory has room for 6 of resize: 512 MiB each, beside 1 GiB of others in 2 × 2 GiB",
  );
});

test('cores are the bound where the limits of all that runs would be more than eight times the host', () => {
  const { most, because } = boundOf({ ...given, replica: { cpus: 4 } });
  assert.equal(most, 3);
  assert.equal(because, "the host's cores have room for 3 of resize: 4 each, beside 1 of others in 8 × 2");
});

test('a replica without limits is bound by guv.yaml alone', () => {
  assert.equal(boundOf({ ...given, replica: {}, host: { cpus: 1, memoryBytes: 1 } }).most, 10);
});

test('one replica is let on however small a host', () => {
  assert.equal(boundOf({ ...given, host: { cpus: 0.1, memoryBytes: 1 } }).most, 1);
});
