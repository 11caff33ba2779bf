/** Hosted deployments and their artifacts (OCI reference, sections 1.4, 2.2 and 6). */
import {
  hostedDeployment,
  hostedDeploymentSummary,
  paths,
  type CreateArtifactDetails,
  type CreateHostedDeploymentDetails,
  type HostedDeployment,
  type HostedDeploymentSummary,
  type UpdateHostedDeploymentDetails,
} from '@mooring/contract';
import { z } from 'zod';
import type { Accepted } from './applications.ts';
import { call, type Api, type CallOptions } from './call.ts';
import { listAll } from './list.ts';

export interface ListDeployments extends CallOptions {
  readonly compartmentId: string;
  readonly applicationId?: string;
}

export interface CreatedDeployment extends Accepted {
  readonly deployment: HostedDeployment;
}

export interface Deployments {
  /** Deleted ones are in the list too, as the service has it. */
  list(options: ListDeployments): Promise<HostedDeploymentSummary[]>;
  get(id: string, options?: CallOptions): Promise<HostedDeployment>;
  create(details: CreateHostedDeploymentDetails, options?: CallOptions): Promise<CreatedDeployment>;
  /** Activating a version is naming it here as `activeArtifact`. */
  update(id: string, details: UpdateHostedDeploymentDetails, options?: CallOptions): Promise<Accepted>;
  delete(id: string, options?: CallOptions): Promise<Accepted>;
  /** The new version is inactive. The answer does not name it; it is read off the deployment. */
  addArtifact(id: string, artifact: CreateArtifactDetails, options?: CallOptions): Promise<Accepted>;
  /** Only an inactive one can go. */
  deleteArtifact(id: string, artifactId: string, options?: CallOptions): Promise<Accepted>;
}

const root = `${paths.management}/hostedDeployments`;
const one = (id: string): string => `${root}/${encodeURIComponent(id)}`;
const artifacts = (id: string): string => `${one(id)}/artifacts`;

export function deployments(api: Api): Deployments {
  const change = async (request: Parameters<typeof call>[1]): Promise<Accepted> => {
    const { workRequestId } = await call(api, request, z.unknown());
    return { workRequestId };
  };
  return {
    async list({ signal, ...query }) {
      return listAll(api, { path: root, query, signal }, hostedDeploymentSummary);
    },
    async get(id, { signal } = {}) {
      const { body } = await call(api, { method: 'GET', path: one(id), signal }, hostedDeployment);
      return body;
    },
    async create(details, { signal } = {}) {
      const retryToken = crypto.randomUUID();
      const request = { method: 'POST', path: root, body: details, retryToken, signal } as const;
      const { body, workRequestId } = await call(api, request, hostedDeployment);
      return { deployment: body, workRequestId };
    },
    update: (id, details, { signal } = {}) => change({ method: 'PUT', path: one(id), body: details, signal }),
    delete: (id, { signal } = {}) => change({ method: 'DELETE', path: one(id), signal }),
    addArtifact(id, artifact, { signal } = {}) {
      const retryToken = crypto.randomUUID();
      return change({ method: 'POST', path: artifacts(id), body: { artifact }, retryToken, signal });
    },
    deleteArtifact: (id, artifactId, { signal } = {}) =>
      change({ method: 'DELETE', path: `${artifacts(id)}/${encodeURIComponent(artifactId)}`, signal }),
  };
}
