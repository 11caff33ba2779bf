/** What all OCI resources have in common (OCI reference, section 1). */
import { z } from 'zod';
import { isOcid, type OcidKind } from './ocid.ts';

export const ocid = (kind?: OcidKind): z.ZodString =>
  z.string().refine((text) => isOcid(text, kind), {
    message: kind ? `must be the OCID of a ${kind}` : 'must be an OCID',
  });

/** Application names: a letter or `_` first, then letters, digits, `-`, `_`; 1 to 255 characters. */
export const displayName = z
  .string()
  .min(1)
  .max(255)
  .regex(
    /^[A-Za-z_][A-Za-z0-9_-]*$/,
    'must start with a letter or "_" and hold only letters, digits, "-" and "_"',
  );

export const freeformTags = z.record(z.string(), z.string());
export const definedTags = z.record(z.string(), z.record(z.string(), z.unknown()));

export const tagFields = {
  freeformTags: freeformTags.optional(),
  definedTags: definedTags.optional(),
};

/** RFC 3339 in UTC. */
export const timestamp = z.iso.datetime();
