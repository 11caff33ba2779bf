/** Compartments, in which resources are grouped (`/v1/compartments`). */
import { compartment, paths, type Compartment, type CreateCompartmentDetails } from '@mooring/contract';
import { z } from 'zod';
import { call, type Api, type CallOptions } from './call.ts';
import { listAll } from './list.ts';

export interface Compartments {
  /** The root first. */
  list(options?: CallOptions): Promise<Compartment[]>;
  create(details: CreateCompartmentDetails, options?: CallOptions): Promise<Compartment>;
  /** Only an empty one can go. */
  delete(id: string, options?: CallOptions): Promise<void>;
}

const root = `${paths.extension}/compartments`;

export function compartments(api: Api): Compartments {
  return {
    async list({ signal } = {}) {
      return listAll(api, { path: root, signal }, compartment);
    },
    async create(details, { signal } = {}) {
      const { body } = await call(api, { method: 'POST', path: root, body: details, signal }, compartment);
      return body;
    },
    async delete(id, { signal } = {}) {
      await call(api, { method: 'DELETE', path: `${root}/${encodeURIComponent(id)}`, signal }, z.unknown());
    },
  };
}
