/**
 * Holds what a server answers against the contract's schemas, at the one place where answers come in. The table
 * is complete and right by its type: the description says which operations answer with what.
 */
import {
  apiKey,
  applicationSettings,
  applicationStatus,
  artifact,
  auditEntry,
  compartment,
  createdOAuthClient,
  createdUser,
  hostedApplication,
  hostedApplicationIam,
  hostedApplicationStorage,
  hostedApplicationStorageSummary,
  hostedApplicationSummary,
  hostedDeployment,
  hostedDeploymentSummary,
  issuedToken,
  loggedInRegistry,
  oauthClient,
  registry,
  secret,
  scalingStatus,
  serverStatus,
  user,
  workRequest,
  workRequestError,
  workRequestLogEntry,
} from '@mooring/contract';
import { z } from 'zod';
import type { paths } from './openapi.ts';

/** The JSON that an operation answers with; never when it has none. */
type JsonOf<Operation> = Operation extends { responses: infer Answers }
  ? {
      [Status in keyof Answers]: Status extends 200 | 201 | 202 ? ContentOf<Answers[Status]> : never;
    }[keyof Answers]
  : never;
type ContentOf<Answer> = Answer extends { content: { 'application/json': infer Body } } ? Body : never;

/** The methods of a path that answer with JSON. */
type Shapes<Path> = {
  readonly [Method in keyof Path as [JsonOf<Path[Method]>] extends [never] ? never : Method]: z.ZodType<
    JsonOf<Path[Method]>
  >;
};

type AllShapes = {
  readonly [Path in keyof paths as keyof Shapes<paths[Path]> extends never ? never : Path]: Shapes<
    paths[Path]
  >;
};

const listOf = <Item>(item: z.ZodType<Item>): z.ZodType<{ items: Item[] }> =>
  z.object({ items: z.array(item) });

const shapes: AllShapes = {
  '/20231130/hostedApplications': { get: listOf(hostedApplicationSummary), post: hostedApplication },
  '/20231130/hostedApplications/{id}': { get: hostedApplication },
  '/20231130/hostedApplicationsIam': { get: listOf(hostedApplicationSummary), post: hostedApplicationIam },
  '/20231130/hostedApplicationsIam/{id}': { get: hostedApplicationIam },
  '/20231130/hostedApplicationStorages': {
    get: listOf(hostedApplicationStorageSummary),
    post: hostedApplicationStorage,
  },
  '/20231130/hostedApplicationStorages/{id}': { get: hostedApplicationStorage },
  '/20231130/hostedDeployments': { get: listOf(hostedDeploymentSummary), post: hostedDeployment },
  '/20231130/hostedDeployments/{id}': { get: hostedDeployment, put: hostedDeployment },
  '/20231130/hostedDeployments/{id}/artifacts': { post: artifact },
  '/20231130/workRequests': { get: listOf(workRequest) },
  '/20231130/workRequests/{id}': { get: workRequest },
  '/20231130/workRequests/{id}/errors': { get: listOf(workRequestError) },
  '/20231130/workRequests/{id}/logs': { get: listOf(workRequestLogEntry) },
  '/v1/applications/{id}/settings': { get: applicationSettings, put: applicationSettings },
  '/v1/applications/{id}/clients': { get: listOf(oauthClient), post: createdOAuthClient },
  '/v1/applications/{id}/tokens': { post: issuedToken },
  '/v1/applications/{id}/status': { get: applicationStatus },
  '/v1/applications/{id}/scaling': { get: scalingStatus },
  '/v1/status': { get: serverStatus },
  '/v1/compartments': { get: listOf(compartment), post: compartment },
  '/v1/apiKeys': { get: listOf(apiKey), post: apiKey },
  '/v1/secrets': { get: listOf(secret), post: secret },
  '/v1/secrets/{id}': { get: secret, put: secret },
  '/v1/users': { get: listOf(user), post: createdUser },
  '/v1/registries': { get: listOf(registry) },
  '/v1/registries/{host}': { put: loggedInRegistry },
  '/v1/audit': { get: listOf(auditEntry) },
  '/openapi.json': { get: z.looseObject({ openapi: z.string() }) },
};

const shapeOf: Readonly<Record<string, Readonly<Record<string, z.ZodType>>>> = shapes;

interface Exchange {
  readonly schemaPath: string;
  readonly request: Request;
  readonly response: Response;
}

/** Throws an Error that names the first field which is not as described. */
export async function checkAnswer({ schemaPath, request, response }: Exchange): Promise<void> {
  const shape = shapeOf[schemaPath]?.[request.method.toLowerCase()];
  if (!shape) return;
  const result = shape.safeParse(jsonOf(await response.clone().text()));
  if (result.success) return;
  const first = result.error.issues[0];
  throw new Error(
    `The answer to ${request.method} ${schemaPath} is not what this client understands ` +
      `(${first?.path.join('.') || 'the whole body'}: ${first?.message}). Client and server may be of different versions.`,
    { cause: result.error },
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
