// Reads the file that describes a program which speaks plain AMQP: who it is, and which queues are its ports. The format is
// that of upstream's msgflo-register-foreign: ports as a map by name; a list of ports with an `id` is taken, too.
import { readFileSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { queueOf } from '../services/shared/messaging/names.ts';
import { CannotRun } from './command.ts';

/** A port as it is announced. */
export interface ForeignPort {
  id: string;
  type: string;
  queue: string;
  description?: string;
  hidden?: boolean;
  schema?: unknown;
  options?: unknown;
}

/** What a discovery message says of a participant. */
export interface ForeignParticipant {
  id: string;
  role: string;
  component: string;
  label?: string;
  icon?: string;
  inports: ForeignPort[];
  outports: ForeignPort[];
}

/** AMQP takes 255 bytes, and the dead letters' name is longer by `dead-`. */
const LONGEST_QUEUE_NAME = 250;
const SHOWN = 60;

// The messages are what was expected; `complaint` makes sentences of them.
const text = z.string({ error: 'text' }).min(1, { error: 'text' });
const fields = (shape: object): string => Object.keys(shape).join(', ');
const queue = text.refine((name) => Buffer.byteLength(name) <= LONGEST_QUEUE_NAME, {
  error: `a name of at most ${LONGEST_QUEUE_NAME} bytes`,
});

const port = {
  id: z
    .string({ error: "a port's name" })
    .regex(/^[a-z][a-z0-9_]*$/, { error: "a port's name in lower case letters, digits and _" }),
  type: text.default('any'),
  queue: queue.optional(),
  description: text.optional(),
  hidden: z.boolean({ error: 'true or false' }).optional(),
  schema: z
    .union([text, z.record(z.string(), z.unknown())], { error: 'the address of a schema, or a schema' })
    .optional(),
  options: z.unknown().optional(),
};

const ports = z
  .array(z.strictObject(port, { error: `a port with ${fields(port)}` }), { error: 'ports by name' })
  .superRefine((all, context) => {
    for (const [n, { id }] of all.entries()) {
      const first = all.findIndex((other) => other.id === id);
      if (first < n) context.addIssue({ code: 'custom', path: [n, 'id'], message: 'a name that no other port has' });
    }
  });

const participant = {
  component: text,
  // A dot would part the role from the port in the names of its queues.
  role: z
    .string({ error: "a role's name" })
    .regex(/^\w[\w/-]*$/, { error: "a role's name in letters, digits, _, - and /" }),
  id: text.optional(),
  label: text.optional(),
  icon: text.optional(),
  inports: ports,
  outports: ports,
};
const Participant = z.strictObject(participant, { error: `a map with ${fields(participant)}` });

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Ports by name, as upstream writes them, become a list; `in:` with nothing behind it is a port. */
function listed(given: unknown): unknown {
  if (given === undefined || given === null) return [];
  if (!isMap(given)) return given;
  return Object.entries(given).map(([id, about]) =>
    about === null ? { id } : isMap(about) ? { ...about, id } : about,
  );
}

/** `inports.in.queue`: a port by its name, or by its place where it has none. */
function fieldName(given: Record<string, unknown>, [direction, n, ...rest]: PropertyKey[]): string {
  if (typeof n !== 'number') return String(direction);
  const all = given[String(direction)];
  const name = isMap(all) ? Object.keys(all)[n] : (all as { id?: unknown }[])[n]?.id;
  return [direction, typeof name === 'string' ? name : n, ...rest].map(String).join('.');
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  const json = JSON.stringify(value);
  return json.length > SHOWN ? `${json.slice(0, SHOWN)}…` : json;
}

/** The first thing that is wrong, as `inports.in.queue: expected text, got 7`. */
function complaint(given: Record<string, unknown>, checked: unknown, { issues }: z.ZodError): string {
  const issue = issues[0]!;
  if (issue.code === 'unrecognized_keys') {
    const field = fieldName(given, [...issue.path, issue.keys[0]!]);
    return `${field}: there is no such field, expected ${issue.path.length === 0 ? fields(participant) : fields(port)}`;
  }
  const value = issue.path.reduce<unknown>((within, key) => (within as Record<PropertyKey, unknown>)?.[key], checked);
  return `${fieldName(given, issue.path)}: expected ${issue.message}, got ${shown(value)}`;
}

function announced(port: z.infer<typeof ports>[number], role: string): ForeignPort[] {
  // As MsgFlo has it: a hidden port without a queue of its own has none, and cannot be wired.
  if (port.hidden && port.queue === undefined) return [];
  return [{ ...port, queue: port.queue?.replaceAll('#ROLE', role) ?? queueOf(role, port.id) }];
}

/** @param options.role takes the place of the role in the file @throws {CannotRun} that names the file and the field */
export function parseForeignParticipant(
  yaml: string,
  file: string,
  options: { role?: string } = {},
): ForeignParticipant {
  let given: unknown;
  try {
    given = parse(yaml, { logLevel: 'error' });
  } catch (error) {
    const [what] = (error as Error).message.split(':\n'); // the line itself stands below, with a pointer
    throw new CannotRun(`${file}: this is no YAML: ${what}`);
  }
  if (!isMap(given)) throw new CannotRun(`${file}: expected a map with ${fields(participant)}, got ${shown(given)}`);
  const role = options.role ?? given.role ?? basename(file, extname(file)); // without a role: the file's name, as upstream
  const checked = { ...given, role, inports: listed(given.inports), outports: listed(given.outports) };
  const parsed = Participant.safeParse(checked);
  if (!parsed.success) throw new CannotRun(`${file}: ${complaint(given, checked, parsed.error)}`);
  const { data } = parsed;
  const inports = data.inports.flatMap((one) => announced(one, data.role));
  const outports = data.outports.flatMap((one) => announced(one, data.role));
  if (inports.length + outports.length === 0) {
    throw new CannotRun(`${file}: inports, outports: expected at least one port that can be wired, got none`);
  }
  // The same each time, so that announcing it again is no second participant.
  return { ...data, id: data.id ?? `${data.role}-${data.component}`, inports, outports };
}

/** @throws {CannotRun} also where the file cannot be read */
export function readForeignParticipant(file: string, options: { role?: string } = {}): ForeignParticipant {
  let yaml: string;
  try {
    yaml = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CannotRun(`${resolve(file)} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
  return parseForeignParticipant(yaml, file, options);
}
