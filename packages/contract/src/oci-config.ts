/**
 * The configuration file of OCI's own SDKs and command line (INI): which key signs for whom. Only the sections that
 * are asked for are touched; whatever else stands in the file stays as it is.
 */

/** One section of the file. */
export interface OciProfile {
  /** The section's name; the SDKs take DEFAULT when none is named. */
  readonly name: string;
  readonly user: string;
  readonly fingerprint: string;
  readonly tenancy: string;
  readonly region: string;
  /** Absolute path of the private key. */
  readonly keyFile: string;
}

/** The region of every profile: no service of OCI answers there, so a forgotten endpoint reaches nobody. */
export const ociRegion = 'mooring-local-1';

/** What the OCI command line wants to see behind a private key, else it warns. */
export const ociKeyLabel = 'OCI_API_KEY\n';

export function formatOciProfile({ name, user, fingerprint, tenancy, region, keyFile }: OciProfile): string {
  const fields = { user, fingerprint, key_file: keyFile, tenancy, region };
  return [`[${name}]`, ...Object.entries(fields).map(([key, value]) => `${key}=${value}`), ''].join('\n');
}

/** The section as it stands in the file; undefined when it is not there or lacks a field. */
export function readOciProfile(text: string, name: string): OciProfile | undefined {
  const section = sectionsOf(text).find((one) => one.name === name);
  const fields = new Map(section?.lines.slice(1).flatMap(fieldOf));
  const user = fields.get('user');
  const fingerprint = fields.get('fingerprint');
  const tenancy = fields.get('tenancy');
  const keyFile = fields.get('key_file');
  if (!user || !fingerprint || !tenancy || !keyFile) return undefined;
  return { name, user, fingerprint, tenancy, keyFile, region: fields.get('region') ?? '' };
}

/** The file with that section in place of its namesake, or at its end. */
export function withOciProfile(text: string, profile: OciProfile): string {
  const made = formatOciProfile(profile);
  const sections = sectionsOf(text);
  if (!sections.some(({ name }) => name === profile.name))
    return [text.trimEnd(), made].filter(Boolean).join('\n\n');
  return sections
    .map(({ name, lines }, index) => {
      if (name !== profile.name) return lines.join('\n');
      return index === sections.length - 1 ? made : made + '\n';
    })
    .join('\n')
    .replace(/\n*$/, '\n');
}

interface Section {
  /** Undefined for what stands before the first section. */
  readonly name: string | undefined;
  readonly lines: string[];
}

function sectionsOf(text: string): Section[] {
  const sections: Section[] = [{ name: undefined, lines: [] }];
  for (const line of text.split('\n')) {
    const name = /^\s*\[([^\]]+)\]\s*$/.exec(line)?.[1];
    if (name !== undefined) sections.push({ name, lines: [] });
    sections.at(-1)?.lines.push(line);
  }
  return sections.filter(({ name, lines }) => name !== undefined || lines.some((line) => line !== ''));
}

function fieldOf(line: string): [string, string][] {
  const [, name, value] = /^\s*([a-z_]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
  return name === undefined || value === undefined ? [] : [[name, value]];
}
