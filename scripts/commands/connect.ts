// `./lab connect`: makes an edge while the graph is live.
import type { Command } from '../command.ts';
import { coordinatorOptions } from '../coordinator-client.ts';
import { changeEdges, edgesOf } from '../edge-change.ts';

export const command: Command = {
  summary: 'make an edge in the live graph; --swap takes another away at the same time',
  usage: "'<edge>'…",
  positionals: { min: 1, max: 100 },
  options: {
    swap: {
      type: 'string',
      multiple: true,
      value: 'EDGE',
      help: 'the edge that it takes the place of (may be repeated)',
    },
    json: { type: 'boolean', help: 'as one JSON object' },
    ...coordinatorOptions,
  },
  more:
    'All that is asked is done, or nothing. With --swap there is no moment in which a message has no way, and none in which\n' +
    'it has both. Exit code 1 where it cannot be done.\n' +
    'Examples:\n' +
    "  ./lab connect 'resize OUT -> IN archive'\n" +
    "  ./lab connect 'resize OUT -> IN store' --swap 'resize OUT -> IN caption'",
  async run({ values, positionals }) {
    return changeEdges({ connect: edgesOf(positionals), disconnect: edgesOf(values.swap) }, values);
  },
};
