import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const LAB = fileURLToPath(new URL('../lab', import.meta.url));
const commands = readdirSync(new URL('commands/', import.meta.url))
  .filter((file) => !file.endsWith('.test.ts'))
  .map((file) => file.replace('.ts', ''));

function lab(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(LAB, args, { encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('every command is listed', () => {
  const { status, stdout } = lab('--help');
  assert.equal(status, 0);
  for (const name of commands) assert.match(stdout, new RegExp(`^  ${name} `, 'm'));
});

test('every command has a help of its own', () => {
  for (const name of commands) {
    const { status, stdout } = lab(name, '--help');
    assert.equal(status, 0);
    assert.match(stdout, new RegExp(`^usage: ./lab ${name}`));
  }
});

test('what cannot run ends with 2 and one line that says what was expected', () => {
  const cases: [string[], RegExp][] = [
    [['nonsense'], /no command "nonsense"; there are .*status/],
    [['send', 'ten'], /number of images must be a whole number from 1 to 1000, got "ten"/],
    [['send', '--size', 'big'], /--size must be width x height in pixels such as 320x240, got "big"/],
    [['send', '--size', '0x240'], /the width in --size must be a whole number from 1 to 4096/],
    [['send', '--fit', 'crop'], /--fit must be one of cover, contain, inside, got "crop"/],
    [['send', '--deadline', 'soon'], /--deadline must be a number of seconds above 0/],
    [['send', '1', '2'], /unexpected argument "2"/],
    [['scale', 'resize'], /expected <service> <n>/],
    [['scale', 'resize', '-1'], /see .\/lab scale --help/],
    [['kill', 'resize', '--signal', 'HARD'], /--signal must be a signal such as SIGKILL/],
    [['status', '--colour'], /Unknown option '--colour'/],
    [['up', '--local', '--docker'], /exclude each other/],
  ];
  for (const [args, expected] of cases) {
    const { status, stdout, stderr } = lab(...args);
    assert.deepEqual([status, stdout, stderr.trim().split('\n').length], [2, '', 1], args.join(' '));
    assert.match(stderr, expected);
  }
});
