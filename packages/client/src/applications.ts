/** Hosted applications of both kinds; the id tells which (OCI reference, sections 1.1 and 2.2). */
import {
  isIamApplication,
  type ApplicationState,
  type CreateHostedApplicationDetails,
  type CreateHostedApplicationIamDetails,
  type HostedApplication,
  type HostedApplicationSummary,
  type InboundAuthConfig,
  type UpdateHostedApplicationDetails,
} from '@mooring/contract';
import {
  acceptedOf,
  bodyOf,
  retryToken,
  type Accepted,
  type Answer,
  type Api,
  type CallOptions,
} from './api.ts';
import { allOf } from './pages.ts';

export interface ListApplications extends CallOptions {
  readonly compartmentId: string;
  /** Exact match. */
  readonly displayName?: string;
  readonly lifecycleState?: ApplicationState;
  /** Default false: those whose callers have tokens, or need nothing. True: those whose callers sign their requests. */
  readonly iam?: boolean;
}

export interface CreatedApplication extends Accepted {
  readonly application: HostedApplication;
}

export interface Applications {
  /** Deleted ones are in the list too, as the service has it. */
  list(options: ListApplications): Promise<HostedApplicationSummary[]>;
  get(id: string, options?: CallOptions): Promise<HostedApplication>;
  create(details: CreateHostedApplicationDetails, options?: CallOptions): Promise<CreatedApplication>;
  createIam(details: CreateHostedApplicationIamDetails, options?: CallOptions): Promise<CreatedApplication>;
  /** Lists in the details replace the old ones. */
  update(id: string, details: UpdateHostedApplicationDetails, options?: CallOptions): Promise<Accepted>;
  /** Takes its deployments along. */
  delete(id: string, options?: CallOptions): Promise<Accepted>;
  /** To another compartment, with its deployment. */
  move(id: string, compartmentId: string, options?: CallOptions): Promise<Accepted>;
}

const root = '/20231130/hostedApplications';
const rootIam = '/20231130/hostedApplicationsIam';

export function applications(api: Api): Applications {
  return {
    list: ({ compartmentId, displayName, lifecycleState, iam = false, signal }) =>
      allOf((page) => {
        const query = { compartmentId, displayName, lifecycleState, page };
        const request = { params: { query }, signal };
        return iam ? api.GET(rootIam, request) : api.GET(root, request);
      }),
    get(id, { signal } = {}) {
      const request = { params: { path: { id } }, signal };
      return bodyOf<HostedApplication>(
        isIamApplication(id) ? api.GET(`${rootIam}/{id}`, request) : api.GET(`${root}/{id}`, request),
      );
    },
    create({ inboundAuthConfig, ...details }, { signal } = {}) {
      const body = { ...details, inboundAuthConfig: sendable(inboundAuthConfig) };
      return created(api.POST(root, { body, params: { header: retryToken() }, signal }));
    },
    createIam: (body, { signal } = {}) =>
      created(api.POST(rootIam, { body, params: { header: retryToken() }, signal })),
    async update(id, { inboundAuthConfig, ...details }, { signal } = {}) {
      const auth = inboundAuthConfig && { inboundAuthConfig: sendable(inboundAuthConfig) };
      const body = { ...details, ...auth };
      const request = { body, params: { path: { id } }, signal };
      return acceptedOf(
        isIamApplication(id)
          ? await api.PUT(`${rootIam}/{id}`, request)
          : await api.PUT(`${root}/{id}`, request),
      );
    },
    async delete(id, { signal } = {}) {
      const request = { params: { path: { id } }, signal };
      return acceptedOf(
        isIamApplication(id)
          ? await api.DELETE(`${rootIam}/{id}`, request)
          : await api.DELETE(`${root}/{id}`, request),
      );
    },
    async move(id, compartmentId, { signal } = {}) {
      const request = { body: { compartmentId }, params: { path: { id }, header: retryToken() }, signal };
      return acceptedOf(
        isIamApplication(id)
          ? await api.POST(`${rootIam}/{id}/actions/changeCompartment`, request)
          : await api.POST(`${root}/{id}/actions/changeCompartment`, request),
      );
    },
  };
}

/** Without a null that says what its absence says: the typed client takes none where there can be nothing else. */
const sendable = (config: InboundAuthConfig) =>
  config.inboundAuthConfigType === 'NO_AUTH_CONFIG'
    ? { inboundAuthConfigType: config.inboundAuthConfigType }
    : config;

async function created(call: Promise<Answer<HostedApplication>>): Promise<CreatedApplication> {
  return { application: await bodyOf(call), ...acceptedOf(await call) };
}
