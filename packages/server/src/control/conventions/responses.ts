/** Parts of route descriptions that all resources share. */
import { z } from '@hono/zod-openapi';
import { problemBody } from './refuse.ts';

/** A type, not an interface: only then it fits where a description may have further fields. */
type Header = { readonly description: string; readonly schema: { readonly type: 'string' } };

export type Headers = Record<string, Header>;

const header = (description: string): Header => ({ description, schema: { type: 'string' } });

/** Headers of answers, beside `opc-request-id`, which every one has. */
export const etagHeader: Headers = { etag: header('The version of the resource, for if-match') };
export const workRequestHeader: Headers = {
  'opc-work-request-id': header('The work request that follows up on this'),
};
export const nextPageHeader: Headers = {
  'opc-next-page': header('`page` of the next part of the list; absent on the last one'),
};
export const retryAfterHeader: Headers = { 'retry-after': header('Seconds') };

/** A JSON body with its description. */
export const json = <Schema extends z.ZodType>(
  description: string,
  schema: Schema,
  ...headers: Headers[]
): { description: string; headers: Headers; content: { 'application/json': { schema: Schema } } } => ({
  ...empty(description, ...headers),
  content: { 'application/json': { schema } },
});

/** No body. */
export const empty = (
  description: string,
  ...headers: Headers[]
): { description: string; headers: Headers } => ({ description, headers: Object.assign({}, ...headers) });

/** A required JSON body. */
export const body = <Schema extends z.ZodType>(
  schema: Schema,
): { body: { required: true; content: { 'application/json': { schema: Schema } } } } => ({
  body: { required: true, content: { 'application/json': { schema } } },
});

/** Every refusal of every operation. */
export const refusals = {
  default: json('A refusal', problemBody, retryAfterHeader, {
    'www-authenticate': header('What the credential lacks'),
  }),
};

export const collection = <Schema extends z.ZodType>(
  item: Schema,
): z.ZodObject<{ items: z.ZodArray<Schema> }> => z.object({ items: z.array(item) });

export const idPath = z.object({ id: z.string() });
