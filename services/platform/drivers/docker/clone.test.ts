import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerInspectInfo } from 'dockerode';
import { cloneOf } from './clone.ts';
import { freeNumbers } from './labels.ts';

const ID = '3f2a91c07b1e0000000000000000000000000000000000000000000000000000';

/** As much of an inspection as a copy is made of. */
function inspected({ config = {}, host = {}, networks = {}, mounts = [] as object[] } = {}): ContainerInspectInfo {
  const labels = {
    'com.docker.compose.project': 'lab',
    'com.docker.compose.service': 'resize',
    'com.docker.compose.container-number': '1',
    'com.docker.compose.replace': 'lab-resize-1',
  };
  return {
    Id: ID,
    Name: '/lab-resize-1',
    Config: { Hostname: '3f2a91c07b1e', Image: 'lab', Env: ['PORT=1'], Labels: labels, ...config },
    HostConfig: { NetworkMode: 'lab_default', Memory: 7, ...host },
    Mounts: mounts,
    NetworkSettings: { Networks: networks },
  } as unknown as ContainerInspectInfo;
}

const twoNetworks = {
  back: { Aliases: ['lab-resize-1', 'resize', '3f2a91c07b1e'], IPAddress: '10.1.0.2', MacAddress: '02:42' },
  lab_default: { Aliases: ['lab-resize-1', 'resize', 'pictures'], IPAddress: '10.0.0.2' },
};

test('a copy has a name and a number of its own, and nobody is replaced by it', () => {
  const { options } = cloneOf(inspected(), 'lab', 4);
  assert.equal(options.name, 'lab-resize-4');
  assert.deepEqual(options.Labels, {
    'com.docker.compose.project': 'lab',
    'com.docker.compose.service': 'resize',
    'com.docker.compose.container-number': '4',
  });
  assert.deepEqual([options.Env, options.HostConfig?.Memory], [['PORT=1'], 7]);
});

test('a host name that is the id is not copied, one that the Compose file gives is', () => {
  assert.equal(cloneOf(inspected(), 'lab', 2).options.Hostname, undefined);
  assert.equal(cloneOf(inspected({ config: { Hostname: 'worker' } }), 'lab', 2).options.Hostname, 'worker');
});

test('a copy starts in the network that its sibling has started in, joins the others, and has their aliases but no address', () => {
  const { options, furtherNetworks } = cloneOf(inspected({ networks: twoNetworks }), 'lab', 2);
  assert.deepEqual(options.NetworkingConfig, {
    EndpointsConfig: { lab_default: { Aliases: ['lab-resize-2', 'resize', 'pictures'] } },
  });
  assert.deepEqual(furtherNetworks, { back: { Aliases: ['lab-resize-2', 'resize'] } });
});

test('a container with all rights, or with a hand on the engine, is not copied', () => {
  const refused = { name: 'DriverError', kind: 'refused' };
  assert.throws(() => cloneOf(inspected({ host: { Privileged: true } }), 'lab', 2), refused);
  assert.throws(
    () => cloneOf(inspected({ mounts: [{ Source: '/run/user/1000/podman/podman.sock' }] }), 'lab', 2),
    refused,
  );
  assert.throws(() => cloneOf(inspected({ host: { Binds: ['/var/run/docker.sock:/s:ro'] } }), 'lab', 2), refused);
});

test('the smallest numbers that nobody has are taken', () => {
  assert.deepEqual(freeNumbers([1, 3, 7], 3), [2, 4, 5]);
  assert.deepEqual(freeNumbers([], 2), [1, 2]);
});
