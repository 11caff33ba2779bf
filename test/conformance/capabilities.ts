/** What the client says that it can do, in the envelope of the stateless era. */
import { CLIENT_CAPABILITIES_META_KEY } from '@modelcontextprotocol/server';
import { z } from 'zod';

const capabilities = z.looseObject({ sampling: z.unknown(), elicitation: z.unknown() }).partial();
const envelope = z.looseObject({ [CLIENT_CAPABILITIES_META_KEY]: capabilities });

/** Undefined in the legacy era. */
export const declaredIn = (material: unknown): z.infer<typeof capabilities> | undefined =>
  envelope.safeParse(material).data?.[CLIENT_CAPABILITIES_META_KEY];
