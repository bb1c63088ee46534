// A program for tests: a msgflo-nodejs participant on the transport that the library comes with.
//
//   node tests/helpers/stock-participant.ts <broker> <role>
//
// It answers `{…}` on OUT with the same and `by: "stock"`; `{ refuse: true }` with an error and no data; `{ fail: true }` with an
// error and data, on ERROR. Over IPC it says `started`, or why it could not.
import msgflo from 'msgflo-nodejs';

const [url = '', role = ''] = process.argv.slice(2);
const definition = {
  component: 'Stock',
  label: 'A stock participant',
  inports: [{ id: 'in', type: 'object' }],
  outports: [
    { id: 'out', type: 'object' },
    { id: 'error', type: 'object' },
  ],
};

const participant = new msgflo.participant.Participant(
  url,
  definition,
  (_port, data, done) => {
    const given = data as { refuse?: boolean; fail?: boolean };
    if (given.refuse) done('out', new Error('I do not want it'));
    else if (given.fail) done('error', new Error('I cannot do it'), { ...given, by: 'stock' });
    else done('out', null, { ...given, by: 'stock' });
  },
  role,
);
participant.start((error) => process.send?.(error?.message ?? 'started'));
