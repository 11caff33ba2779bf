/** The types of packages/client, made from the description of the API that a server serves. */
import { readFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

/** Where they are committed. */
export const typesFile = new URL('../../packages/client/src/openapi.ts', import.meta.url);

const head = '/** Generated from `/openapi.json` by `npm run openapi`. Do not edit. */\n\n';

/** The text of that file for a description, which is JSON. */
export async function typesOf(description: string): Promise<string> {
  // A default is the server's: a request may leave the field out.
  return head + astToString(await openapiTS(description, { defaultNonNullable: false }));
}

export const committedTypes = (): Promise<string> => readFile(typesFile, 'utf8');
