/**
 * Holds what goes over the wire against a description of an API (OpenAPI 3.1): the operation, its parameters, both
 * bodies and the headers of the answer. Stricter than the description where that leaves room: an answer has no field
 * and no header of ours that is not in it.
 */
import assert from 'node:assert/strict';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { z } from 'zod';

export interface Exchange {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly requestHeaders: Headers;
  /** Empty: none. */
  readonly requestBody: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

export interface Description {
  /** Ids of all operations. */
  readonly operationIds: readonly string[];
  /** Throws an AssertionError unless it went as described. Returns the id of the operation. */
  check(exchange: Exchange): string;
}

const content = z.record(z.string(), z.object({ schema: z.unknown() }));
const operation = z.object({
  operationId: z.string(),
  parameters: z
    .array(
      z.object({
        name: z.string(),
        in: z.enum(['path', 'query', 'header']),
        required: z.boolean().default(false),
      }),
    )
    .default([]),
  requestBody: z.object({ content }).optional(),
  responses: z.record(
    z.string(),
    z.object({
      description: z.string(),
      headers: z.record(z.string(), z.unknown()).default({}),
      content: content.optional(),
    }),
  ),
});
const description = z.object({
  openapi: z.literal('3.1.0'),
  paths: z.record(z.string(), z.record(z.string(), operation)),
});

interface Operation extends z.infer<typeof operation> {
  readonly method: string;
  readonly path: string;
  /** Of its target. */
  readonly pattern: RegExp;
}

/** Throws when it is no description, two operations share an id, or a schema is broken. */
export function readDescription(document: unknown): Description {
  const operations = Object.entries(description.parse(document).paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, found]): Operation => ({
      ...found,
      method,
      path,
      pattern: patternOf(path),
    })),
  );
  const operationIds = operations.map(({ operationId }) => operationId);
  assert.equal(new Set(operationIds).size, operationIds.length, 'two operations have the same id');
  const schemas = closed(document);
  const fits = {
    body: validator(schemas, { coerceTypes: false }),
    text: validator(schemas, { coerceTypes: true }),
  };
  return {
    operationIds,
    check(exchange) {
      const found = operationOf(operations, exchange);
      if (exchange.status < 400) checkRequest(found, exchange, fits);
      checkAnswer(found, exchange, fits);
      return found.operationId;
    },
  };
}

/** Throws unless the value fits the schema at that place of the document. */
type Check = (pointer: readonly string[], value: unknown, what: string) => void;

interface Fits {
  readonly body: Check;
  /** For what comes as text, whatever its type. */
  readonly text: Check;
}

function validator(schemas: object, { coerceTypes }: { coerceTypes: boolean }): Check {
  const ajv = new Ajv2020({
    strict: false,
    validateSchema: false,
    allErrors: true,
    logger: false,
    coerceTypes,
  });
  formats.default(ajv);
  ajv.addSchema({ $id: 'api:', ...schemas });
  return (pointer, value, what) => {
    const validate = ajv.compile({ $ref: `api:#${pointer.map(escaped).join('')}` });
    assert.ok(validate(value), `${what} is not as described: ${ajv.errorsText(validate.errors)}`);
  };
}

const patternOf = (path: string): RegExp => new RegExp(`^${path.replaceAll(/{.+?}/g, '[^/]+')}$`);
const escaped = (part: string): string =>
  `/${encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))}`;
const pathOf = (target: string): URL => new URL(target, 'http://localhost');

function operationOf(operations: readonly Operation[], { method, target }: Exchange): Operation {
  const { pathname } = pathOf(target);
  const found = operations.find((one) => one.method === method.toLowerCase() && one.pattern.test(pathname));
  assert.ok(found, `${method} ${pathname} is not described`);
  return found;
}

function checkRequest(
  { method, path, operationId, parameters, requestBody }: Operation,
  exchange: Exchange,
  fits: Fits,
): void {
  const query = pathOf(exchange.target).searchParams;
  for (const [index, { name, in: place, required }] of parameters.entries()) {
    if (place === 'path') continue;
    const value = place === 'query' ? query.get(name) : exchange.requestHeaders.get(name);
    if (value === null) assert.ok(!required, `${operationId} needs ${name}`);
    else
      fits.text(
        ['paths', path, method, 'parameters', String(index), 'schema'],
        value,
        `${operationId}: ${name}`,
      );
  }
  const known = new Set(parameters.map(({ name }) => name));
  for (const name of query.keys()) assert.ok(known.has(name), `${operationId} has no parameter ${name}`);
  if (!requestBody) return assert.equal(exchange.requestBody, '', `${operationId} takes no body`);
  const pointer = ['paths', path, method, 'requestBody', 'content', 'application/json', 'schema'];
  fits.body(pointer, JSON.parse(exchange.requestBody), `the body of ${operationId}`);
}

function checkAnswer(
  { method, path, operationId, responses }: Operation,
  exchange: Exchange,
  fits: Fits,
): void {
  const { status, headers, body } = exchange;
  const key = status >= 400 && !(status in responses) ? 'default' : String(status);
  const response = responses[key];
  assert.ok(response, `${operationId} answers ${status}, which is not described`);
  for (const name of headers.keys())
    if (/^opc-|^etag$|^retry-after$|^www-authenticate$/.test(name))
      assert.ok(
        name in response.headers,
        `${operationId} answers ${status} with ${name}, which is not described`,
      );
  assert.ok(headers.has('opc-request-id'), `${operationId} answers without opc-request-id`);
  if (!response.content) return assert.equal(body, '', `${operationId} answers with a body`);
  const type = headers.get('content-type') ?? '';
  assert.ok(type in response.content, `${operationId} answers with the type "${type}"`);
  const pointer = ['paths', path, method, 'responses', key, 'content', type, 'schema'];
  fits.body(
    pointer,
    type === 'application/json' ? JSON.parse(body) : body,
    `the answer ${status} of ${operationId}`,
  );
}

/** The document with every object closed to fields that it does not name. */
function closed(value: unknown): object {
  const copy = close(value);
  assert.ok(typeof copy === 'object' && copy !== null);
  return copy;
}

function close(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(close);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, close(inner)]));
  const isOpen = 'properties' in copy && copy['type'] === 'object' && !('additionalProperties' in copy);
  return isOpen ? { ...copy, unevaluatedProperties: false } : copy;
}
