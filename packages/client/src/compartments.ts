/** Compartments, in which resources are grouped (`/v1/compartments`). */
import type { Compartment, CreateCompartmentDetails } from '@mooring/contract';
import { bodyOf, type Api, type CallOptions } from './api.ts';

export interface Compartments {
  /** The root first. */
  list(options?: CallOptions): Promise<Compartment[]>;
  create(details: CreateCompartmentDetails, options?: CallOptions): Promise<Compartment>;
  /** Only an empty one can go. */
  delete(id: string, options?: CallOptions): Promise<void>;
}

export function compartments(api: Api): Compartments {
  return {
    async list({ signal } = {}) {
      const { items } = await bodyOf(api.GET('/v1/compartments', { signal }));
      return items;
    },
    create: (body, { signal } = {}) => bodyOf(api.POST('/v1/compartments', { body, signal })),
    async delete(id, { signal } = {}) {
      await api.DELETE('/v1/compartments/{id}', { params: { path: { id } }, signal });
    },
  };
}
