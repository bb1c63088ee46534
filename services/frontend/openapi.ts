// The API's description, OpenAPI 3.1, made from the schemas that validate and from the table of errors.
import { z } from 'zod';
import { type ProblemCode, problems } from '../shared/errors.ts';
import { asJson, component, type Json, type Operation, operations } from './operations.ts';

const Problem = z
  .object({
    type: z.string().describe('urn:queuelab:problem:<code>'),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(problems) as [ProblemCode, ...ProblemCode[]]),
    detail: z.string(),
    instance: z.string().optional(),
    errors: z
      .array(z.object({ field: z.string(), expected: z.string(), given: z.string().optional() }))
      .optional()
      .describe('What is wrong, field by field'),
  })
  .meta({ id: 'Problem', description: 'Problem details, RFC 9457' });

/** Components refer to each other by name; the schemas made here are part of a document that says its dialect once. */
function jsonSchema(schema: z.ZodType): Json {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json;
  return rest;
}

function parameters({ path_parameters = {}, query, headers = {} }: Operation): Json[] {
  const describe = (place: string, schemas: Record<string, z.ZodType>) =>
    Object.entries(schemas).map(([name, schema]) => ({
      name,
      in: place,
      required: place === 'path',
      description: schema.description,
      schema: jsonSchema(schema),
    }));
  return [
    ...describe('path', path_parameters),
    ...describe('query', (query?.shape ?? {}) as Record<string, z.ZodType>),
    ...describe('header', headers),
  ];
}

function responses({ ok, problems: codes }: Operation): Json {
  const answers: Json = {
    [ok.status]: {
      description: ok.description,
      content: ok.content,
      ...(ok.headers && {
        headers: Object.fromEntries(
          Object.entries(ok.headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
        ),
      }),
    },
  };
  for (const [status, ofStatus] of Map.groupBy(codes, (code) => problems[code].status)) {
    const lines = ofStatus.map(
      (code) =>
        `\`${code}\`: ${problems[code].title}${problems[code].safeToRetry ? ' (may be sent again; a POST under the same Idempotency-Key)' : ''}`,
    );
    answers[status] = {
      description: lines.join('\n\n'),
      content: { 'application/problem+json': { schema: component(Problem) } },
    };
  }
  return answers;
}

/** The OpenAPI document. */
export function describeApi(): Json {
  const { schemas } = z.toJSONSchema(z.globalRegistry, { io: 'input', uri: (name) => `#/components/schemas/${name}` });
  const components = Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema, $id, id: _, ...schema }]) => [name, schema]),
  );
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    const { method, path, summary, body } = operation;
    paths[path] ??= {};
    paths[path][method] = {
      summary,
      parameters: parameters(operation),
      ...(body && { requestBody: { required: true, content: asJson(body) } }),
      responses: responses(operation),
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'queuelab',
      version: '0.1.0',
      description: 'Thumbnails with captions, made by workers behind message queues.',
    },
    paths,
    components: { schemas: components },
  };
}
