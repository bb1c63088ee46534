// Says what a kind of participant is, and has it checked: by the compiler (a handler answers on ports that there are, with the data
// that they promise) and once more where it is defined (names and limits).
import type { z } from 'zod';
import type { BatchInPort, Envelope, InPort, Limits, OutPort, ParticipantDefinition, SingleInPort } from './types.ts';

/** What may be sent on the out-ports `O`, each with the data that its schema takes. */
type OutgoingOn<O extends Record<string, OutPort>> = {
  [P in keyof O & string]: {
    port: P;
    data: O[P] extends { schema: infer S extends z.ZodType } ? z.input<S> : unknown;
    envelope?: Partial<Envelope>;
  };
}[keyof O & string];

type AnswerOn<O extends Record<string, OutPort>> = OutgoingOn<O> | readonly OutgoingOn<O>[] | undefined;

type InPortOn<T, O extends Record<string, OutPort>> = SingleInPort<T, AnswerOn<O>> | BatchInPort<T, AnswerOn<O>>;

const NAME = /^[A-Za-z][A-Za-z0-9_-]*$/;
const PORT = /^[a-z][a-z0-9_-]*$/;

/** A whole number that a definition may leave out. */
function checkWhole(where: string, value: unknown, max: number): void {
  if (value === undefined || (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= max)) return;
  throw new TypeError(`${where} must be a whole number from 1 to ${max}, got ${JSON.stringify(value)}`);
}

function checkLimits(where: string, { prefetch, attempts, timeoutMs }: Limits): void {
  checkWhole(`${where}.prefetch`, prefetch, 65_535); // what AMQP has room for
  checkWhole(`${where}.attempts`, attempts, 1_000);
  checkWhole(`${where}.timeoutMs`, timeoutMs, 24 * 60 * 60 * 1000);
}

function checkPort(where: string, name: string): void {
  if (!PORT.test(name)) {
    throw new TypeError(`${where} must be named in lower case such as "in", got ${JSON.stringify(name)}`);
  }
}

/**
 * A kind of participant, to be run by `startParticipant`.
 *
 * ```ts
 * const double = defineParticipant({
 *   role: 'double',
 *   component: 'Double',
 *   label: 'Doubles a number',
 *   attempts: 3,
 *   inports: {
 *     in: { schema: z.object({ n: z.number() }), handle: ({ data }) => ({ port: 'out', data: { n: data.n * 2 } }) },
 *   },
 *   outports: { out: { schema: z.object({ n: z.number() }) }, error: {} },
 * });
 * ```
 *
 * @throws {TypeError} that names what is wrong with it
 */
export function defineParticipant<D extends Record<string, unknown>, O extends Record<string, OutPort>>(
  definition: Omit<ParticipantDefinition, 'inports' | 'outports'> & {
    inports: { [P in keyof D]: InPortOn<D[P], O> };
    outports: O;
  },
): ParticipantDefinition & { inports: { [P in keyof D]: InPort } } {
  const { role, inports, outports } = definition;
  if (!NAME.test(role))
    throw new TypeError(`role must be a name of letters, digits, - and _, got ${JSON.stringify(role)}`);
  checkLimits(role, definition);
  for (const [name, inport] of Object.entries(inports) as [string, InPort][]) {
    const where = `${role}.inports.${name}`;
    checkPort(`a port of ${role}.inports`, name);
    checkLimits(where, inport);
    if ('batch' in inport)
      checkWhole(`${where}.batch.size`, inport.batch.size, inport.prefetch ?? definition.prefetch ?? 10);
  }
  for (const name of Object.keys(outports)) checkPort(`a port of ${role}.outports`, name);
  return definition as ParticipantDefinition & { inports: { [P in keyof D]: InPort } };
}
