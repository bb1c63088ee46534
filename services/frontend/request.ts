// What a client may send: the schemas that validate, and from which the API's description is made.
//
// Each carries the half sentence that a refusal says: "images[3].width must be a whole number from 1 to 4096".
import { z } from 'zod';
import { jobStates } from '../shared/ledger/types.ts';
import { fits, formats, MAX_EDGE_PX, MAX_IMAGES } from '../shared/messages.ts';

/** Longest source, in characters: what browsers and servers take as a URL. */
const MAX_SOURCE_LENGTH = 2_048;
const MAX_DEADLINE_SECONDS = 86_400;
const MAX_PAGE = 100;

/** A schema whose every refusal says the same. */
const edge = (fallback: number) => {
  const error = `a whole number from 1 to ${MAX_EDGE_PX}`;
  return z.int({ error }).min(1, { error }).max(MAX_EDGE_PX, { error }).default(fallback);
};
const word = <const T extends readonly string[]>(words: T) => z.enum(words, { error: `one of ${words.join(', ')}` });

const sourceError = `sample:<name> or an http(s) URL, up to ${MAX_SOURCE_LENGTH} characters, none of them a control character`;

export const ImageRequest = z
  .strictObject(
    {
      source: z
        .string({ error: sourceError })
        .min(1, { error: sourceError })
        .max(MAX_SOURCE_LENGTH, { error: sourceError })
        // Neither can be kept in the database: controls and halves of characters.
        .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), { error: sourceError })
        .describe('`sample:<name>` (see GET /samples), or an http(s) URL that the lab is allowed to fetch'),
      width: edge(320).describe('Pixels'),
      height: edge(240).describe('Pixels'),
      fit: word(fits).default('cover').describe('cover fills the box, contain pads it, inside only shrinks into it'),
      format: word(formats).default('jpeg'),
    },
    { error: 'an object with source, and optionally width, height, fit and format' },
  )
  .meta({ id: 'ImageRequest' });

const imagesError = `an array of 1 to ${MAX_IMAGES} images`;
const deadlineError = `a whole number from 1 to ${MAX_DEADLINE_SECONDS}`;

export const JobRequest = z
  .strictObject(
    {
      images: z
        .array(ImageRequest, { error: imagesError })
        .min(1, { error: imagesError })
        .max(MAX_IMAGES, { error: imagesError }),
      deadline_seconds: z
        .int({ error: deadlineError })
        .min(1, { error: deadlineError })
        .max(MAX_DEADLINE_SECONDS, { error: deadlineError })
        .optional()
        .describe('When all of it should be done, counted from now. The job says afterwards whether it was met.'),
      urgent: z
        .boolean({ error: 'true or false' })
        .default(false)
        .describe(
          'It goes ahead of what is not urgent, at every role: always on RabbitMQ 4.3, in two of three turns on 4.0 to 4.2.',
        ),
    },
    { error: 'a JSON object with images, and optionally deadline_seconds and urgent' },
  )
  .meta({ id: 'JobRequest' });
export type JobRequest = z.infer<typeof JobRequest>;

const keyError = '1 to 200 printable ASCII characters';
export const IdempotencyKey = z
  .string({ error: keyError })
  .regex(/^[\x21-\x7e]([\x20-\x7e]{0,198}[\x21-\x7e])?$/, { error: keyError })
  .optional()
  .describe('The same key with the same body gives the same job, however often it is sent');

const idError = 'a job id, which is a UUID such as 01976f6c-0f5e-7c3a-9d3b-3f1f5a1c2b4d';
export const JobId = z.uuid({ error: idError }).describe('The id of a job');

const indexError = `the place of an image in its job, counted from 0, so a whole number below ${MAX_IMAGES}`;
export const ImageIndex = z
  .string()
  .regex(/^(0|[1-9]\d{0,2})$/, { error: indexError })
  .transform(Number)
  .describe('The place of an image in its job, counted from 0');

const limitError = `a whole number from 1 to ${MAX_PAGE}`;
export const ListQuery = z.strictObject({
  state: word(jobStates).optional().describe('Only jobs in this state'),
  limit: z
    .string({ error: limitError })
    .regex(/^([1-9]\d?|100)$/, { error: limitError })
    .default('20')
    .transform(Number)
    .describe('How many, at most'),
  after: z.uuid({ error: idError }).optional().describe('The id of the last job of the page before'),
});

const eventError = 'the id of an event of this stream: a whole number, or "done"';
export const LastEventId = z
  .string()
  .regex(/^(\d{1,9}|done)$/, { error: eventError })
  .optional()
  .describe('Where to resume: the id of the last event that was received');
