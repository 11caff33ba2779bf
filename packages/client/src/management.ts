/** ManagementClient: everything that the management listener offers, typed, one property per resource. */
import { apiKeys, type ApiKeys } from './api-keys.ts';
import { createApi } from './api.ts';
import { applications, type Applications } from './applications.ts';
import { audit, type Audit } from './audit.ts';
import { clients, type Clients } from './clients.ts';
import { compartments, type Compartments } from './compartments.ts';
import { deployments, type Deployments } from './deployments.ts';
import type { Fetch } from './fetch.ts';
import { logs, type Logs } from './logs.ts';
import { registries, type Registries } from './registries.ts';
import { secrets, type Secrets } from './secrets.ts';
import { settings, type Settings } from './settings.ts';
import { status, type Status } from './status.ts';
import type { TokenSource } from './token-source.ts';
import { tokens, type Tokens } from './tokens.ts';
import { users, type Users } from './users.ts';
import { workRequests, type WorkRequests } from './work-requests.ts';

export interface ManagementOptions {
  /** Base URL of the management listener. */
  readonly baseUrl: string;
  readonly token: TokenSource;
  /** Default: the global fetch. */
  readonly fetch?: Fetch;
  /** Milliseconds that one attempt of a call may take. Default 30,000. */
  readonly timeout?: number;
  /** From 0 up to 1, for the jitter of retries. Default Math.random. */
  readonly random?: () => number;
}

export class ManagementClient {
  readonly applications: Applications;
  readonly deployments: Deployments;
  readonly workRequests: WorkRequests;
  readonly settings: Settings;
  readonly clients: Clients;
  readonly tokens: Tokens;
  readonly status: Status;
  readonly logs: Logs;
  readonly compartments: Compartments;
  readonly apiKeys: ApiKeys;
  readonly audit: Audit;
  readonly secrets: Secrets;
  readonly registries: Registries;
  readonly users: Users;

  constructor(options: ManagementOptions) {
    const api = createApi(options.baseUrl.replace(/\/+$/, ''), {
      token: options.token,
      fetch: options.fetch ?? globalThis.fetch,
      timeout: options.timeout ?? 30_000,
      random: options.random ?? Math.random,
    });
    this.applications = applications(api);
    this.deployments = deployments(api);
    this.workRequests = workRequests(api);
    this.settings = settings(api);
    this.clients = clients(api);
    this.tokens = tokens(api);
    this.status = status(api);
    this.logs = logs(api);
    this.compartments = compartments(api);
    this.apiKeys = apiKeys(api);
    this.audit = audit(api);
    this.secrets = secrets(api);
    this.registries = registries(api);
    this.users = users(api);
  }
}
