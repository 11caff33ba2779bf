/** OCIDs: the identifiers of every resource, in the form `ocid1.<kind>.<realm>.<region>.<unique>`. */

export const ocidKinds = {
  /** The root compartment is the tenancy. */
  tenancy: 'tenancy',
  compartment: 'compartment',
  application: 'generativeaihostedapplication',
  applicationIam: 'generativeaihostedapplicationiam',
  storage: 'generativeaihostedapplicationstorage',
  deployment: 'generativeaihosteddeployment',
  workRequest: 'generativeaiworkrequest',
  user: 'user',
  apiKey: 'apikey',
  auditEntry: 'auditentry',
  /** As OCI's vault has it: what an environment variable of type VAULT names. */
  secret: 'vaultsecret',
} as const;

export type OcidKind = keyof typeof ocidKinds;

/** The realm and region that Mooring writes into the OCIDs it makes. */
const place = 'mooring.local';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
const pattern = /^ocid1\.[a-z]+\.[a-z0-9]+\.[a-z0-9-]*\.[a-z0-9]{20,80}$/;

/**
 * Makes an OCID.
 * @param random 32 random bytes; the last part is made from them.
 */
export function makeOcid(kind: OcidKind, random: Uint8Array): string {
  if (random.length < 32) throw new TypeError('makeOcid: 32 random bytes are needed');
  let unique = '';
  for (const byte of random) unique += alphabet[byte & 31];
  return ocidOf(kind, unique);
}

/** The OCID of this server's with that last part. */
export const ocidOf = (kind: OcidKind, unique: string): string =>
  `ocid1.${ocidKinds[kind]}.${place}.${unique}`;

/** The last part of an OCID: 32 of a-z and 2-7 in those that Mooring makes. */
export const uniqueOf = (ocid: string): string => ocid.slice(ocid.lastIndexOf('.') + 1);

/**
 * True when the text has the form of an OCID of that kind (of any kind when none is given). A tenancy is a compartment,
 * the root of all, so its OCID may stand wherever a compartment's may.
 */
export function isOcid(text: string, kind?: OcidKind): boolean {
  if (!pattern.test(text)) return false;
  if (kind === 'compartment' && text.startsWith(`ocid1.${ocidKinds.tenancy}.`)) return true;
  return kind === undefined || text.startsWith(`ocid1.${ocidKinds[kind]}.`);
}
