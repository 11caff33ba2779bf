/** The objects of all resources over one scope: the database, or an open transaction. */
import { apiKeys } from './api-keys.ts';
import { applications } from './applications.ts';
import { audit } from './audit.ts';
import { compartments } from './compartments.ts';
import { deployments } from './deployments.ts';
import { identity } from './identity.ts';
import { leases } from './leases.ts';
import { meta } from './meta.ts';
import { registries } from './registries.ts';
import { replicas } from './replicas.ts';
import { retryTokens } from './retry-tokens.ts';
import type { Scope } from './scope.ts';
import { secrets } from './secrets.ts';
import { settings } from './settings.ts';
import { storages } from './storages.ts';
import type { Resources } from './store.ts';
import { tickets } from './tickets.ts';
import { workRequests } from './work-requests.ts';

export const resources = (scope: Scope): Resources => ({
  applications: applications(scope),
  deployments: deployments(scope),
  workRequests: workRequests(scope),
  settings: settings(scope),
  retryTokens: retryTokens(scope),
  replicas: replicas(scope),
  leases: leases(scope),
  compartments: compartments(scope),
  meta: meta(scope),
  identity: identity(scope),
  storages: storages(scope),
  apiKeys: apiKeys(scope),
  audit: audit(scope),
  secrets: secrets(scope),
  registries: registries(scope),
  tickets: tickets(scope),
});
