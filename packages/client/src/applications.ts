/** Hosted applications (OCI reference, sections 1.1 and 2.2). */
import {
  hostedApplication,
  hostedApplicationSummary,
  isIamApplication,
  paths,
  type ApplicationState,
  type CreateHostedApplicationDetails,
  type CreateHostedApplicationIamDetails,
  type HostedApplication,
  type HostedApplicationSummary,
  type UpdateHostedApplicationDetails,
} from '@mooring/contract';
import { z } from 'zod';
import { call, type Api, type CallOptions } from './call.ts';
import { listAll } from './list.ts';

export interface ListApplications extends CallOptions {
  readonly compartmentId: string;
  /** Exact match. */
  readonly displayName?: string;
  readonly lifecycleState?: ApplicationState;
  /** Default false: those whose callers have tokens, or need nothing. True: those whose callers sign their requests. */
  readonly iam?: boolean;
}

/** What a change answers with: the work request to wait for, when the server made one. */
export interface Accepted {
  readonly workRequestId: string | undefined;
}

export interface CreatedApplication extends Accepted {
  readonly application: HostedApplication;
}

/** Both kinds; the id tells which. */
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

const root = `${paths.management}/hostedApplications`;
const rootIam = `${paths.management}/hostedApplicationsIam`;
const one = (id: string): string => `${isIamApplication(id) ? rootIam : root}/${encodeURIComponent(id)}`;

export function applications(api: Api): Applications {
  return {
    async list({ signal, iam = false, ...query }) {
      return listAll(api, { path: iam ? rootIam : root, query, signal }, hostedApplicationSummary);
    },
    async get(id, { signal } = {}) {
      const { body } = await call(api, { method: 'GET', path: one(id), signal }, hostedApplication);
      return body;
    },
    create: (details, options = {}) => create(api, { path: root, body: details, ...options }),
    createIam: (details, options = {}) => create(api, { path: rootIam, body: details, ...options }),
    async update(id, details, { signal } = {}) {
      const request = { method: 'PUT', path: one(id), body: details, signal } as const;
      const { workRequestId } = await call(api, request, z.unknown());
      return { workRequestId };
    },
    async delete(id, { signal } = {}) {
      const { workRequestId } = await call(api, { method: 'DELETE', path: one(id), signal }, z.unknown());
      return { workRequestId };
    },
    async move(id, compartmentId, { signal } = {}) {
      const path = `${one(id)}/actions/changeCompartment`;
      const retryToken = crypto.randomUUID();
      const request = { method: 'POST', path, body: { compartmentId }, retryToken, signal } as const;
      const { workRequestId } = await call(api, request, z.unknown());
      return { workRequestId };
    },
  };
}

interface Creation extends CallOptions {
  readonly path: string;
  readonly body: CreateHostedApplicationIamDetails;
}

async function create(api: Api, { path, body: details, signal }: Creation): Promise<CreatedApplication> {
  const retryToken = crypto.randomUUID();
  const request = { method: 'POST', path, body: details, retryToken, signal } as const;
  const { body, workRequestId } = await call(api, request, hostedApplication);
  return { application: body, workRequestId };
}
