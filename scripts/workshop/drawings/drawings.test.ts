import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createCaption } from '../../../services/caption/caption-image.ts';
import { createHub } from '../../../services/frontend/hub.ts';
import { createWeb } from '../../../services/frontend/web-participant.ts';
import { createResize } from '../../../services/resize/resize-image.ts';
import { createCancellations } from '../../../services/shared/cancellations.ts';
import type { ParticipantDefinition } from '../../../services/shared/messaging/types.ts';
import { exampleComparison } from '../../compare/example-comparison.ts';
import { rolesOf } from '../../compare/measure.ts';
import { drawings, FOLDER, readItem, readRun } from './drawings.ts';
import { graphFacts } from './graph-facts.ts';
import { lanesOf, slotsOf } from './graph-lanes.ts';
import { graphPicture } from './graph-picture.ts';
import { itemPicture, sentence } from './item-picture.ts';
import { keep, restore } from './kept-run.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const facts = graphFacts(ROOT);
const rolesOfGraph = facts.roles.map(({ role }) => role);

for (const [name, draw] of Object.entries(drawings)) {
  test(`${name} is what the script makes now`, () => {
    const drawn = readFileSync(join(ROOT, FOLDER, name), 'utf8');
    assert.ok(drawn === draw(ROOT), `${FOLDER}/${name} is out of date: npm run drawings`);
  });

  test(`${name} needs no other file, and has colours for light and dark`, () => {
    const drawn = readFileSync(join(ROOT, FOLDER, name), 'utf8');
    assert.match(
      drawn,
      /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="[^"]+" [^>]*role="img" aria-label="[^"]{20,}">/,
    );
    assert.match(drawn, /prefers-color-scheme: dark/);
    assert.doesNotMatch(drawn, /NaN|undefined|Infinity|<script|href=|url\(|@import/);
  });
}

suite('the graph', () => {
  test('every edge of service.fbp is in the drawing, under the name of its queue', () => {
    const svg = graphPicture(facts);
    for (const { queue } of facts.edges) assert.ok(svg.includes(`>${queue}</text>`), queue);
    for (const role of rolesOfGraph) assert.ok(svg.includes(`>${role}</text>`), role);
  });

  test('what is drawn as heard by every replica is what the participants say of their ports', () => {
    const parts = { cancelled: createCancellations(), prefetch: 1, attempts: 1 };
    const [sources, poison, vendor] = [{}, {}, {}] as never[];
    const definitions: ParticipantDefinition[] = [
      createWeb(createHub()),
      createResize({ ...parts, sources: sources!, poison: poison! }),
      createCaption({ ...parts, vendor: vendor! }),
    ];
    for (const { role, inports } of definitions) {
      for (const [port, inport] of Object.entries(inports)) {
        const edge = facts.edges.find(({ to }) => to.role === role && to.port === port);
        assert.equal(edge?.work, inport.perReplica !== true, `${role} ${port}`);
      }
    }
  });

  test('each bundle has a lane of its own, the narrowest next to the boxes', () => {
    const place = (role: string): number => rolesOfGraph.indexOf(role);
    const { below } = lanesOf(facts.edges, place);
    assert.deepEqual(
      below.map(({ lane, stops }) => [lane, stops.map(({ name }) => name)]),
      [
        [0, ['CANCEL', 'resize.CANCEL', 'caption.CANCEL']],
        [1, ['OUT', 'web.RESULTS']],
      ],
    );
    const slots = slotsOf(below, place);
    assert.ok(slots.share(below[1]!, 'web') < slots.share(below[0]!, 'web'), 'the lines at web do not cross');
  });
});

suite("one item's life line", () => {
  const item = readItem(ROOT);

  test('its segments add up to its total, and the sentence says so', () => {
    assert.equal(
      item.segments.reduce((sum, { from, to }) => sum + to - from, 0),
      item.total_ms,
    );
    const numbers = [...sentence(item).matchAll(/([\d,]+) ms/g)].map(([, number]) => Number(number!.replace(',', '')));
    assert.equal(
      numbers.slice(0, 3).reduce((sum, number) => sum + number),
      numbers[3],
    );
  });

  test('it passes the roles of service.fbp that come after the front end, in their order', () => {
    const passed = [...new Set(item.segments.flatMap(({ kind, role }) => (kind === 'working' ? [role] : [])))];
    assert.deepEqual(passed, rolesOfGraph.slice(1));
  });

  test('an item that was handed out again goes back to its lane, and it is said', () => {
    const [waiting] = item.segments.filter(({ kind }) => kind === 'waiting');
    const at = item.segments.indexOf(waiting!);
    const again = { ...waiting!, from: waiting!.to, redelivered: true };
    const svg = itemPicture({ ...item, segments: item.segments.toSpliced(at + 1, 0, again) });
    assert.match(svg, /0 ms, handed out again/);
    assert.equal([...svg.matchAll(/>queue of resize</g)].length, 1);
  });
});

suite('the run', () => {
  test('its roles are those of service.fbp that are scaled', () => {
    assert.deepEqual(rolesOf(readRun(ROOT)).toSorted(), rolesOfGraph.slice(1).toSorted());
  });

  test('it is kept without loss of anything that is drawn', () => {
    const kept = JSON.parse(JSON.stringify(keep(exampleComparison))) as unknown;
    assert.deepEqual(restore(kept), exampleComparison);
  });
});
