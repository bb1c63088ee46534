// Stock msgflo-nodejs at its defaults: its own transport, prefetch 2, transient messages, no confirms.
import msgflo from 'msgflo-nodejs';
import { brokerUrl, handle, type Numbered } from './flow.ts';

const participant = new msgflo.participant.Participant(
  msgflo.transport.getClient(brokerUrl()),
  { component: 'Worker', inports: [{ id: 'in' }], outports: [{ id: 'out' }] },
  (_port, data, done) => done('out', null, handle(data as Numbered)),
  'worker',
);
participant.start((error) => {
  if (error) throw error;
});
process.once('SIGTERM', () => participant.stop(() => process.exit(0)));
