// `./lab disconnect`: takes an edge away while the graph is live.
import type { Command } from '../command.ts';
import { coordinatorOptions } from '../coordinator-client.ts';
import { changeEdges, edgesOf } from '../edge-change.ts';

export const command: Command = {
  summary: 'take an edge off the live graph; --swap makes another at the same time',
  usage: "'<edge>'…",
  positionals: { min: 1, max: 100 },
  options: {
    swap: { type: 'string', multiple: true, value: 'EDGE', help: 'the edge that takes its place (may be repeated)' },
    json: { type: 'boolean', help: 'as one JSON object' },
    ...coordinatorOptions,
  },
  more:
    'What is queued behind the edge is still worked on. All that is asked is done, or nothing; exit code 1 where it cannot be.\n' +
    'Examples:\n' +
    "  ./lab disconnect 'caption OUT -> IN store'\n" +
    "  ./lab disconnect 'resize OUT -> IN caption' --swap 'resize OUT -> IN store'",
  async run({ values, positionals }) {
    return changeEdges({ connect: edgesOf(values.swap), disconnect: edgesOf(positionals) }, values);
  },
};
