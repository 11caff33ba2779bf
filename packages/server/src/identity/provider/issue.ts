/** Mints an access token as a client would get it with client credentials, by the same code that serves clients. */
import { Problem, type IssuedToken } from '@mooring/contract';
import type { IdentityStore } from '../store-port.ts';
import type { BuiltProvider } from './build.ts';
import { permitsOf, resourceServer, type FindResource } from './resources.ts';

export interface IssueOptions {
  readonly store: IdentityStore;
  readonly findResource: FindResource;
  readonly provider: () => Promise<BuiltProvider>;
  /** Seconds. */
  readonly tokenLifetime: number;
}

/** Throws a Problem NotAuthorizedOrNotFound for an unknown client, IncorrectState when its application is gone. */
export async function issueToken(
  options: IssueOptions,
  { clientId }: { clientId: string },
): Promise<IssuedToken> {
  const record = await options.store.clients.get(clientId);
  const { provider } = await options.provider();
  const client = record && (await provider.Client.find(clientId));
  if (!client) throw new Problem('NotAuthorizedOrNotFound', 'There is no OAuth client with that id.');
  const permits = await permitsOf(record, options.findResource);
  const permit = permits.at(-1);
  const server = permit && resourceServer(permits, permit.uri, options.tokenLifetime);
  if (!server)
    throw new Problem('IncorrectState', 'The application of this OAuth client does not exist any more.');
  const token = new provider.ClientCredentials({
    client,
    scope: permit.joined,
    resourceServer: new provider.ResourceServer(permit.uri, server),
  });
  const accessToken = await token.save();
  return { accessToken, tokenType: 'Bearer', expiresIn: token.expiration };
}
