import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findTarget, type ServiceView } from './lab-view.ts';

const service = (name: string, ...replicas: string[]): ServiceView => ({
  name,
  replicas: replicas.map((replica) => ({ name: replica, state: 'healthy', detail: '' })),
});
const onDocker = [
  service('web', 'lab-web-1'),
  service('resize', 'lab-resize-1', 'lab-resize-3'),
  service('web-resize', 'lab-web-resize-1'),
];

test('a name is a service, or a replica as it is shown or for short', () => {
  assert.deepEqual(findTarget(onDocker, 'resize'), { service: 'resize' });
  assert.deepEqual(findTarget(onDocker, 'resize-3'), { service: 'resize', replica: 'lab-resize-3' });
  assert.deepEqual(findTarget(onDocker, 'lab-resize-1'), { service: 'resize', replica: 'lab-resize-1' });
  assert.deepEqual(findTarget(onDocker, 'web-resize-1'), { service: 'web-resize', replica: 'lab-web-resize-1' });
});

test('what is neither is refused with what there is', () => {
  const expected = /no service or replica "resize-2"; the services are web, resize, web-resize$/;
  assert.throws(() => findTarget(onDocker, 'resize-2'), expected);
  assert.throws(() => findTarget(onDocker, '-1'), /no service or replica "-1"/);
});
