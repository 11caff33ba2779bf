/** `npm run openapi`: writes the types of packages/client anew, from a server of this checkout. */
import { writeFile } from 'node:fs/promises';
import { startTestServer } from '../fixtures/server.ts';
import { servedDescription } from './served.ts';
import { typesFile, typesOf } from './types.ts';

await using test = await startTestServer();
await writeFile(typesFile, await typesOf(await servedDescription(test.server)));
