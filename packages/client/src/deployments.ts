/** Hosted deployments and their artifacts (OCI reference, sections 1.4, 2.2 and 6). */
import type {
  Artifact,
  CreateArtifactDetails,
  CreateHostedDeploymentDetails,
  HostedDeployment,
  HostedDeploymentSummary,
  UpdateHostedDeploymentDetails,
} from '@mooring/contract';
import { acceptedOf, bodyOf, retryToken, type Accepted, type Api, type CallOptions } from './api.ts';
import { allOf } from './pages.ts';

export interface ListDeployments extends CallOptions {
  readonly compartmentId: string;
  readonly applicationId?: string;
}

export interface CreatedDeployment extends Accepted {
  readonly deployment: HostedDeployment;
}

export interface AddedArtifact extends Accepted {
  readonly artifact: Artifact;
}

export interface Deployments {
  /** Deleted ones are in the list too, as the service has it. */
  list(options: ListDeployments): Promise<HostedDeploymentSummary[]>;
  get(id: string, options?: CallOptions): Promise<HostedDeployment>;
  create(details: CreateHostedDeploymentDetails, options?: CallOptions): Promise<CreatedDeployment>;
  /** Activating a version is naming it here as `activeArtifact`. */
  update(id: string, details: UpdateHostedDeploymentDetails, options?: CallOptions): Promise<Accepted>;
  delete(id: string, options?: CallOptions): Promise<Accepted>;
  /** The new version is inactive. */
  addArtifact(id: string, artifact: CreateArtifactDetails, options?: CallOptions): Promise<AddedArtifact>;
  /** Only an inactive one can go. */
  deleteArtifact(id: string, artifactId: string, options?: CallOptions): Promise<Accepted>;
}

const root = '/20231130/hostedDeployments';

export function deployments(api: Api): Deployments {
  return {
    list: ({ compartmentId, applicationId, signal }) =>
      allOf((page) => {
        const query = { compartmentId, applicationId, page };
        return api.GET(root, { params: { query }, signal });
      }),
    get: (id, { signal } = {}) => bodyOf(api.GET(`${root}/{id}`, { params: { path: { id } }, signal })),
    async create(body, { signal } = {}) {
      const call = api.POST(root, { body, params: { header: retryToken() }, signal });
      return { deployment: await bodyOf(call), ...acceptedOf(await call) };
    },
    async update(id, body, { signal } = {}) {
      return acceptedOf(await api.PUT(`${root}/{id}`, { body, params: { path: { id } }, signal }));
    },
    async delete(id, { signal } = {}) {
      return acceptedOf(await api.DELETE(`${root}/{id}`, { params: { path: { id } }, signal }));
    },
    async addArtifact(id, artifact, { signal } = {}) {
      const params = { path: { id }, header: retryToken() };
      const call = api.POST(`${root}/{id}/artifacts`, { body: { artifact }, params, signal });
      return { artifact: await bodyOf(call), ...acceptedOf(await call) };
    },
    async deleteArtifact(id, artifactId, { signal } = {}) {
      const params = { path: { id, artifactId } };
      return acceptedOf(await api.DELETE(`${root}/{id}/artifacts/{artifactId}`, { params, signal }));
    },
  };
}
