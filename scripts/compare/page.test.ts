import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Comparison } from './comparison.ts';
import { exampleComparison } from './example-comparison.ts';
import { page } from './page.ts';

const html = page(exampleComparison);
const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;

test('the page needs nothing but itself: no script, no address, no other file', () => {
  assert.doesNotMatch(html, /<script|<link|<img|<iframe|src=|https?:\/\/|url\(|@import/);
  assert.doesNotMatch(html, /NaN|undefined|Infinity/);
});

test('it says what was run, on what, and how to do it again', () => {
  for (const text of [
    'flash, up to 2 jobs a second for 5 s: 8 jobs of 1 image',
    'seed 1',
    '2 cores (Example 1 GHz), 8.0 GiB',
    'on Docker, with the limits of docker-compose.yml',
    exampleComparison.command,
  ])
    assert.ok(html.includes(text), text);
});

test('both runs stand side by side in every chart, and each chart says what it shows', () => {
  assert.equal(count(html, /<figure>/g), 8);
  assert.equal(count(html, /role="img" aria-label="[^"]{20,}"/g), 8);
  assert.match(html, /aria-label="Time to completion with scaling off: 3 of 8 jobs within 10 s"/);
  assert.match(html, /aria-label="Backlog by role, images with scaling on: 4 images at the most"/);
});

test('late jobs are told from those in time by their shape, not by their colour alone', () => {
  assert.match(html, /<path class="in-time" d="M[\d. ]+h0/);
  assert.match(html, /<path class="late" d="M[\d. ]+l3 5.4h-6Z/);
  assert.match(html, /<path class="missed" d="M[\d. ]+l5.2 5.2m0 -5.2/);
  assert.equal(count(html, />deadline 10 s</g), 2);
});

test('the better value of a row is marked by a sign, too', () => {
  assert.match(
    html,
    /<th scope="row">done within 10 s<\/th><td>37.5 %<\/td><td class="best" title="the better of the two">87.5 %/,
  );
  assert.match(html, /td\.best::after \{ content: ' ✓'; \}/);
});

test('the numbers behind the charts can be read as a table', () => {
  assert.match(html, /<details><summary>Over time, with scaling off<\/summary>/);
  assert.match(
    html,
    /<th scope="row">10 s<\/th><td>8<\/td><td>3<\/td><td>3<\/td><td>5<\/td><td>1<\/td><td>1<\/td><td>1<\/td>/,
  );
});

test('names are text, whatever is in them', () => {
  const { load, runs } = exampleComparison;
  const odd = { ...runs[0], samples: [{ ...runs[0].samples[0]!, roles: { '<b>"x"': { backlog: 1, replicas: 1 } } }] };
  const text = page({ ...exampleComparison, load: { ...load, sample: '<i>' }, runs: [odd, odd] });
  assert.doesNotMatch(text, /<b>|<i>/);
  assert.match(text, /&lt;b&gt;&quot;x&quot;/);
});

test('a comparison with work inside the request says how many cores each had', () => {
  const [off, on] = exampleComparison.runs;
  const sync: Comparison = {
    ...exampleComparison,
    what: 'sync',
    runs: [
      { ...off, name: 'inside the request' },
      { ...on, name: 'by the workers' },
    ],
  };
  const text = page(sync);
  assert.match(text, /<h1>The same work, inside the request and by the workers<\/h1>/);
  assert.match(text, /87.5 % of 8 jobs were done within 10 s by the workers, 37.5 % inside the request/);
  assert.match(text, /everything has the front end(&#39;|')s 1 core; .* has 0.5 cores \(resize 1 × 0.5\)/);
});
