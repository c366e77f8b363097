import { limits } from '@flovyn/protocol';
import { PROBLEM_JSON, Problem } from '@flovyn/protocol/http';
import type { AnswerShape, Described, Route } from '../route.js';
import { type JsonSchema, type Shapes, createShapes } from './shapes.js';

/** A described address, and who may ask there. */
export type Documented = Described & Pick<Route, 'access'>;

/** Everything the HTTP door answers, as an OpenAPI 3.1 document. Made from what the routes are held to. */
export function openApiDocument(routes: readonly Documented[], version: string): object {
  const shapes = createShapes();
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[route.method.toLowerCase()] = operationOf(route, shapes);
  }
  const responses = {
    Problem: { description: 'An error', content: { [PROBLEM_JSON]: { schema: shapes.ref(Problem) } } },
  };
  return {
    openapi: '3.1.1',
    info: {
      title: 'Flovyn',
      version,
      description:
        'Durable workflows and tasks. `{org}` is the slug or the id of an organisation. Words such as a status may ' +
        'grow: read one that is not listed as one you do not know. Every error is a problem (RFC 9457). What the streams ' +
        'say is described by the AsyncAPI document at `/api/docs/asyncapi`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ apiKey: [] }, { session: [] }],
    tags: [...new Set(routes.map(({ path }) => tagOf(path)))].map((name) => ({ name })),
    paths,
    components: {
      schemas: shapes.usedBy({ paths, responses }),
      responses,
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'flovyn_session' },
      },
    },
  };
}

function operationOf(route: Documented, shapes: Shapes): object {
  const { method, path, summary, description, query, body, example, answers, access, repeatable } = route;
  return {
    operationId: operationId(method, path),
    tags: [tagOf(path)],
    summary,
    ...(description === undefined ? undefined : { description }),
    parameters: [
      ...pathParameters(path),
      ...(query === undefined ? [] : queryParameters(shapes.get(query))),
      ...(repeatable === undefined ? [] : [KEY]),
    ],
    ...(body === undefined
      ? undefined
      : {
          requestBody: {
            required: (shapes.get(body).required ?? []).length > 0,
            content: { 'application/json': { schema: shapes.ref(body), example } },
          },
        }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).flatMap(([status, answer]) =>
          answer === undefined ? [] : [[status, answerOf(answer, shapes)]],
        ),
      ),
      default: { $ref: '#/components/responses/Problem' },
    },
    ...(access === 'anyone' ? { security: [] } : undefined),
  };
}

function answerOf({ what, schema, type = 'application/json' }: AnswerShape, shapes: Shapes): object {
  if (schema === undefined && type === 'application/json') return { description: what };
  const text: JsonSchema = { type: 'string' };
  return { description: what, content: { [type]: { schema: schema === undefined ? text : shapes.ref(schema) } } };
}

const KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'Carries the request out once, however often it is sent within a day: every time is answered like the first. 422 ' +
    'when the key came with another request before.',
  schema: { type: 'string', minLength: 1, maxLength: limits.idempotencyKeyLength },
};

const PARTS: Readonly<Record<string, object>> = {
  org: { schema: { type: 'string' }, description: 'The slug or the id of an organisation', example: 'dev' },
  id: { schema: { type: 'string', format: 'uuid' } },
  taskId: { schema: { type: 'string', format: 'uuid' } },
  identifier: { schema: { type: 'string' }, description: '`id:<uuid>` or `key:<idempotency key>`' },
};

function pathParameters(path: string): object[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    ...(PARTS[name] ?? { schema: { type: 'string' } }),
  }));
}

function queryParameters({ properties = {}, required = [] }: JsonSchema): object[] {
  return Object.entries(properties).map(([name, schema]) =>
    name === 'metadata'
      ? {
          name,
          in: 'query',
          description: 'Fields of its metadata, each as a parameter `metadata.<field>`',
          style: 'form',
          explode: true,
          schema: { type: 'object', patternProperties: { '^metadata\\.': { type: 'string' } } },
        }
      : { name, in: 'query', required: required.includes(name), schema },
  );
}

/** The resource: `workflow-executions` of `/api/orgs/:org/workflow-executions/:id`. */
function tagOf(path: string): string {
  const resource = /^\/api\/orgs\/:org\/([\w-]+)/.exec(path)?.[1];
  if (resource !== undefined) return resource;
  return path.startsWith('/api/orgs') ? 'orgs' : 'server';
}

/** `getWorkflowExecutionsIdEvents`. */
function operationId(method: string, path: string): string {
  const words = path
    .replace(/^\/(api|_)\//, '')
    .replace(/^orgs\/:org\//, '')
    .split(/[^A-Za-z]+/)
    .filter((word) => word !== '');
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
