/** Parts of route descriptions that all resources share. */
import { z } from '@hono/zod-openapi';
import { problemBody } from './refuse.ts';

/** A JSON body with its description. */
export const json = <Schema extends z.ZodType>(
  description: string,
  schema: Schema,
): { description: string; content: { 'application/json': { schema: Schema } } } => ({
  description,
  content: { 'application/json': { schema } },
});

/** A required JSON body. */
export const body = <Schema extends z.ZodType>(
  schema: Schema,
): { body: { required: true; content: { 'application/json': { schema: Schema } } } } => ({
  body: { required: true, content: { 'application/json': { schema } } },
});

/** Every refusal of every operation. */
export const refusals = { default: json('A refusal: {code, message}', problemBody) };

export const collection = <Schema extends z.ZodType>(
  item: Schema,
): z.ZodObject<{ items: z.ZodArray<Schema> }> => z.object({ items: z.array(item) });

export const idPath = z.object({ id: z.string() });
