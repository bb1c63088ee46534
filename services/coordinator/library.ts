// The component library: what the `msgflo` section of a package.json says that roles can be made of, and where their sources are.
//
//   "msgflo": {
//     "namespace": "queuelab",                                  default: the package's name
//     "variables": { "NODE": "node --enable-source-maps" },     #NODE in what follows
//     "handlers": { ".ts": "#NODE #FILENAME" },                 how a file of that kind is started
//     "components": {
//       "ResizeImage": "services/resize/main.ts",               a file, or
//       "Camera": "#NODE cameras/main.ts --name #ROLE",         a command, with its file in it or without one, or
//       "Print": { "run": "print.py", "description": "…" }      either, and what it does
//     }
//   }
import { readFileSync } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { dirname, extname, isAbsolute, join, relative, sep } from 'node:path';
import { z } from 'zod';

/** A section that cannot be used; the message names the file and the place in it. */
export class LibraryError extends Error {
  override readonly name = 'LibraryError';
}

export interface Source {
  /** Without the library's prefix. */
  name: string;
  library?: string;
  language: string;
  code: string;
}

export interface LibraryComponent {
  /** As the section names it. */
  name: string;
  /** Below the folder of package.json. */
  file?: string;
  /** Of the file. */
  language?: string;
  /** What starts it, its variables filled in but for `#ROLE`. */
  command?: string;
  description?: string;
}

export interface Library {
  readonly namespace?: string;
  components(): LibraryComponent[];
  /**
   * The source of a component, by its name with or without the library's prefix; undefined where the library has no such component, or
   * no file for it. @throws where the file cannot be read, is larger than 1 MiB or leads out of the folder of package.json
   */
  readSource(name: string): Promise<Source | undefined>;
}

/** What a client is shown is text that a person wrote. Bytes. */
const LARGEST_SOURCE = 1024 * 1024;

const LANGUAGES: Readonly<Record<string, string>> = {
  '.ts': 'typescript',
  '.js': 'javascript',
  '.mjs': 'javascript',
  '.cjs': 'javascript',
  '.py': 'python',
  '.coffee': 'coffeescript',
  '.yml': 'yaml',
  '.yaml': 'yaml',
  '.json': 'json',
  '.fbp': 'fbp',
  '.rs': 'rust',
  '.cpp': 'c++',
  '.go': 'go',
};

const Run = z.string().trim().min(1);

const Section = z.strictObject({
  namespace: z.string().min(1).optional(),
  repository: z.string().optional(),
  variables: z.record(z.string().regex(/^\w+$/), z.string()).default({}),
  handlers: z.record(z.string().regex(/^\.\w+$/), z.string().min(1)).default({}),
  components: z
    .record(z.string().min(1), z.union([Run, z.strictObject({ run: Run, description: z.string() })]))
    .default({}),
});
type Section = z.infer<typeof Section>;

const Package = z.object({ name: z.string().optional(), msgflo: Section.optional() });

const languageOf = (file: string): string | undefined => LANGUAGES[extname(file).toLowerCase()];

/** Whether a path stays below the folder that it starts from, as far as its words tell; what links do is seen when it is read. */
function staysBelow(path: string): boolean {
  return !isAbsolute(path) && !path.split(/[\\/]/).includes('..') && !path.includes('\0');
}

/** Fills in variables, longer names first: `#FILENAME` is not `#FILE` and a rest. A variable may hold others. */
function fillIn(text: string, variables: Readonly<Record<string, string>>): string {
  const names = Object.keys(variables).sort((one, other) => other.length - one.length);
  let filled = text;
  for (let round = 0; round < 3; round += 1) {
    for (const name of names) filled = filled.replaceAll(`#${name}`, () => variables[name]!);
  }
  return filled;
}

function toComponent(
  name: string,
  given: string,
  { variables, handlers }: Section,
  fail: (why: string) => never,
): LibraryComponent {
  const all = { ...variables, COMPONENT: name, COMPONENTNAME: name.split('/').at(-1)! };
  const filled = fillIn(given, all);
  const words = filled.split(/\s+/);
  const isFile = words.length === 1 && languageOf(filled) !== undefined;
  if (isFile && !staysBelow(filled)) fail('the file must be below the folder of package.json');
  const file = words.find((word) => languageOf(word) !== undefined && !word.startsWith('-') && staysBelow(word));
  const handler = file === undefined ? undefined : handlers[extname(file)];
  const started = handler === undefined ? undefined : fillIn(handler, { ...all, FILENAME: file! });
  const command = isFile ? started : filled;
  return {
    name,
    ...(file === undefined ? {} : { file, language: languageOf(file)! }),
    ...(command === undefined ? {} : { command }),
  };
}

function parse(text: string, file: string): z.infer<typeof Package> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new LibraryError(`${file}: ${(error as Error).message}`, { cause: error });
  }
  const parsed = Package.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue!.path.map(String).join('.');
  throw new LibraryError(`${file}: ${place === '' ? '' : `${place}: `}${issue!.message}`, { cause: parsed.error });
}

/** @throws where it is not below the folder, or larger than what is shown. */
async function readBelow(folder: string, file: string): Promise<string> {
  const [root, path] = await Promise.all([realpath(folder), realpath(join(folder, file))]);
  const way = relative(root, path);
  if (way === '' || way.split(sep)[0] === '..' || isAbsolute(way)) {
    throw new LibraryError(`${file} leads out of the folder of package.json`);
  }
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    if (size > LARGEST_SOURCE) throw new LibraryError(`${file} has ${size} bytes: more than what is shown`);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/**
 * Reads the library of a package.json; one without the section has no components.
 * @throws {LibraryError}
 */
export function readLibrary(packageFile: string): Library {
  let text: string;
  try {
    text = readFileSync(packageFile, 'utf8');
  } catch (error) {
    throw new LibraryError(`${packageFile} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  const { name: packageName, msgflo: section = Section.parse({}) } = parse(text, packageFile);
  const namespace = section.namespace ?? packageName;
  const folder = dirname(packageFile);
  const components = Object.entries(section.components).map(([name, given]) => {
    const { run, ...described } = typeof given === 'string' ? { run: given } : given;
    const component = toComponent(name, run, section, (why) => {
      throw new LibraryError(`${packageFile}: msgflo.components.${name}: ${why}`);
    });
    return { ...component, ...described };
  });
  /** A name as it is written, without its prefix, or with the namespace as one. */
  const find = (wanted: string): LibraryComponent | undefined =>
    components.find(({ name }) => name === wanted) ??
    components.find(({ name }) => `${namespace}/${name}` === wanted || name === `${namespace}/${wanted}`);
  return {
    ...(namespace === undefined ? {} : { namespace }),
    components: () => components,
    async readSource(wanted) {
      const component = find(wanted);
      if (component?.file === undefined) return undefined;
      const [name, prefix] = component.name.split('/').reverse();
      const library = prefix ?? namespace;
      return {
        name: name!,
        ...(library === undefined ? {} : { library }),
        language: component.language!,
        code: await readBelow(folder, component.file),
      };
    },
  };
}
