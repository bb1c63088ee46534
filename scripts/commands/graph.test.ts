import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CannotRun, type Command } from '../command.ts';
import { command as connect } from './connect.ts';
import { command as disconnect } from './disconnect.ts';
import { command as graph } from './graph.ts';
import { command as participants } from './participants.ts';

/** Where nobody listens: what is wrong with the arguments is said before the coordinator is asked. */
const nowhere = { coordinator: 'http://127.0.0.1:1' };

test('arguments that do not fit are told with what was expected', async () => {
  const cases: [Command, string[], Record<string, unknown>, RegExp][] = [
    [graph, ['draw'], {}, /expected show, diff, apply, down, save, got "draw"/],
    [graph, ['constructor'], {}, /expected show, diff/],
    [graph, ['show'], { format: 'svg' }, /--format must be one of drawing, fbp, json, got "svg"/],
    [graph, ['show'], { format: 'fbp', json: true }, /--format and --json exclude each other/],
    [graph, ['show', 'other.fbp'], {}, /\.\/lab graph show takes no file, got "other\.fbp"/],
    [graph, ['save'], { yes: true }, /\.\/lab graph save has no --yes/],
    [graph, ['diff'], { format: 'fbp' }, /\.\/lab graph diff has no --format/],
    [graph, ['diff', 'absent.fbp'], {}, /absent\.fbp cannot be read/],
    [graph, ['show'], {}, /the coordinator at http:\/\/127\.0\.0\.1:1 does not answer/],
    [graph, ['show'], { coordinator: 'here' }, /--coordinator must be an address such as http:/],
    [connect, ['resize'], {}, /an edge such as 'resize OUT -> IN caption' was expected, got "resize"/],
    [disconnect, ['a OUT -> IN b'], { swap: ['c'] }, /an edge such as .* was expected, got "c"/],
    [participants, [], { watch: true, json: true }, /--watch and --json exclude each other/],
    [participants, [], {}, /does not answer/],
  ];
  for (const [command, positionals, values, expected] of cases) {
    await assert.rejects(
      command.run({ positionals, values: { ...nowhere, ...values } }),
      (error) => error instanceof CannotRun && expected.test(error.message),
      `${positionals.join(' ')} ${JSON.stringify(values)}`,
    );
  }
});
