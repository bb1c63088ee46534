import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { LibraryError, readLibrary } from './library.ts';

/** A folder with a package.json, and some files below it. Returns the path of package.json. */
async function packageWith(t: TestContext, json: unknown, files: Record<string, string> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'library-'));
  t.after(() => rm(folder, { recursive: true }));
  const inside = join(folder, 'package');
  await mkdir(inside);
  for (const [name, text] of Object.entries(files)) await writeFile(join(inside, name), text);
  await writeFile(join(inside, 'package.json'), typeof json === 'string' ? json : JSON.stringify(json));
  return join(inside, 'package.json');
}

const section = (components: Record<string, string>, rest: object = {}) => ({
  name: 'photos',
  msgflo: { components, ...rest },
});

test('a component is a file: its language and the command that starts it follow from its ending', async (t) => {
  const file = await packageWith(
    t,
    section(
      { Resize: 'resize.ts' },
      { variables: { NODE: 'node --watch' }, handlers: { '.ts': '#NODE #FILENAME --name #ROLE' } },
    ),
  );
  assert.deepEqual(readLibrary(file).components(), [
    { name: 'Resize', file: 'resize.ts', language: 'typescript', command: 'node --watch resize.ts --name #ROLE' },
  ]);
});

test('a component is a command, as in MsgFlo: the variables are filled in, and its file is found in it', async (t) => {
  const variables = { PREFETCH: '--prefetch=1', RUN: 'msgflo-nodejs #PREFETCH' };
  const file = await packageWith(
    t,
    section({ 'api/Foo': '#RUN api/#COMPONENTNAME.js', Bare: 'camera' }, { variables }),
  );
  assert.deepEqual(readLibrary(file).components(), [
    {
      name: 'api/Foo',
      file: 'api/Foo.js',
      language: 'javascript',
      command: 'msgflo-nodejs --prefetch=1 api/Foo.js',
    },
    { name: 'Bare', command: 'camera' },
  ]);
});

test('a component can be described', async (t) => {
  const described = { Print: { run: 'print.py', description: 'Prints' } };
  const file = await packageWith(t, { msgflo: { components: described } });
  assert.deepEqual(readLibrary(file).components(), [
    { name: 'Print', file: 'print.py', language: 'python', description: 'Prints' },
  ]);
});

test('a source is found by its name with and without the prefix', async (t) => {
  const file = await packageWith(t, section({ Resize: 'resize.py', 'photos/Crop': 'crop.js' }), {
    'resize.py': 'print(1)',
    'crop.js': '// crop',
  });
  const library = readLibrary(file);
  const resize = { name: 'Resize', library: 'photos', language: 'python', code: 'print(1)' };
  const crop = { name: 'Crop', library: 'photos', language: 'javascript', code: '// crop' };
  for (const name of ['Resize', 'photos/Resize']) assert.deepEqual(await library.readSource(name), resize);
  for (const name of ['Crop', 'photos/Crop']) assert.deepEqual(await library.readSource(name), crop);
});

test('a component that is not in the library, or has no file, has no source', async (t) => {
  const library = readLibrary(await packageWith(t, section({ Camera: 'camera --on' })));
  for (const name of ['Camera', 'Nobody', '../package', '__proto__', 'constructor', '']) {
    assert.equal(await library.readSource(name), undefined);
  }
});

test('a package without the section has an empty library, under its own name', async (t) => {
  const library = readLibrary(await packageWith(t, { name: 'photos' }));
  assert.deepEqual([library.namespace, library.components()], ['photos', []]);
});

for (const path of ['../secret.js', '/etc/passwd.js', 'a/../../secret.js', '..\\secret.js']) {
  test(`the library refuses the file ${path}, which is outside of its folder`, async (t) => {
    const file = await packageWith(t, section({ Odd: path }));
    assert.throws(() => readLibrary(file), /msgflo\.components\.Odd: the file must be below the folder/);
  });
}

test('a command that names a file outside of the folder has no source', async (t) => {
  const library = readLibrary(await packageWith(t, section({ Odd: 'node ../secret.js --config=../x.json' })));
  assert.equal(await library.readSource('Odd'), undefined);
});

test('a link that leads out of the folder is not followed', async (t) => {
  const file = await packageWith(t, section({ Linked: 'linked.js', Below: 'folder/deep.js' }));
  const inside = join(file, '..');
  await writeFile(join(inside, '..', 'secret.js'), 'secret');
  await symlink(join(inside, '..', 'secret.js'), join(inside, 'linked.js'));
  await symlink(join(inside, '..'), join(inside, 'folder'));
  await writeFile(join(inside, '..', 'deep.js'), 'deep');
  const library = readLibrary(file);
  for (const name of ['Linked', 'Below'])
    await assert.rejects(library.readSource(name), /leads out of the folder of package\.json/);
});

test('a link to the folder itself does no harm', async (t) => {
  const file = await packageWith(t, section({ Resize: 'resize.js' }), { 'resize.js': '// resize' });
  const link = join(file, '..', '..', 'link');
  await symlink(join(file, '..'), link);
  assert.equal((await readLibrary(join(link, 'package.json')).readSource('Resize'))?.code, '// resize');
});

test('a source that is too large to show, and one that is not there, are refused', async (t) => {
  const file = await packageWith(t, section({ Large: 'large.js', Gone: 'gone.js' }), {
    'large.js': ' '.repeat(1024 * 1024 + 1),
  });
  await assert.rejects(readLibrary(file).readSource('Large'), /more than what is shown/);
  await assert.rejects(readLibrary(file).readSource('Gone'), /ENOENT/);
});

for (const [what, json, place] of [
  ['components that are a list', { msgflo: { components: ['Resize'] } }, /package\.json: msgflo\.components: /],
  ['a component that is a number', section({ Resize: 7 as unknown as string }), /msgflo\.components\.Resize: /],
  ['a key that nobody knows', { msgflo: { component: {} } }, /package\.json: msgflo: .*component/],
  ['a handler for something that is no ending', section({}, { handlers: { ts: 'node' } }), /msgflo\.handlers/],
  ['text that is no JSON', '{', /package\.json: /],
] as const) {
  test(`a section with ${what} is refused, and the error names the place`, async (t) => {
    const file = await packageWith(t, json);
    assert.throws(
      () => readLibrary(file),
      (error) => error instanceof LibraryError && place.test(error.message),
    );
  });
}
