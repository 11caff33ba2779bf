/** Arguments of a tool as the command line gives them, typed by the tool's input schema. */
import { z } from 'zod';
import { Refusal } from '../refusal.ts';

/** The part of JSON Schema that decides how a text is read. */
const property = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  items: z.looseObject({ type: z.union([z.string(), z.array(z.string())]).optional() }).optional(),
  description: z.string().optional(),
});
type Property = z.infer<typeof property>;

const inputSchema = z.looseObject({
  properties: z.record(z.string(), property).default({}),
  required: z.array(z.string()).default([]),
  additionalProperties: z.unknown().optional(),
});
type InputSchema = z.infer<typeof inputSchema>;

export interface ToolShape {
  readonly name: string;
  /** JSON Schema of its arguments. */
  readonly inputSchema: unknown;
}

/**
 * The arguments of a tool. `key=value` is read as the schema's type of that key (a text where it has none),
 * `key:=json` as JSON; a key given several times makes an array where the schema has one.
 */
export function toolArguments(tool: ToolShape, given: readonly string[]): Record<string, unknown> {
  const parsed = inputSchema.safeParse(tool.inputSchema);
  const schema = parsed.success ? parsed.data : inputSchema.parse({});
  const values = new Map<string, unknown>();
  for (const text of given) {
    const { key, value } = readPair(text, schema, tool);
    values.set(key, joined(schema.properties[key], values, { key, value }));
  }
  const missing = schema.required.filter((key) => !values.has(key));
  if (missing.length > 0)
    throw new Refusal(`The tool ${tool.name} needs ${missing.join(', ')}.`, {
      exit: 'usage',
      hint: usageOf(tool.name, schema),
    });
  return Object.fromEntries(values);
}

interface Pair {
  readonly key: string;
  readonly value: unknown;
}

function readPair(text: string, schema: InputSchema, tool: ToolShape): Pair {
  const match = /^([^=:]+)(:?=)([^]*)$/.exec(text);
  const [, key, mark, value] = match ?? [];
  if (key === undefined || value === undefined)
    throw new Refusal(`"${text}" is not of the form key=value or key:=json.`, {
      exit: 'usage',
      hint: usageOf(tool.name, schema),
    });
  const known = Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
  if (known === undefined && schema.additionalProperties === false)
    throw new Refusal(`The tool ${tool.name} has no argument "${key}".`, {
      exit: 'usage',
      hint: usageOf(tool.name, schema),
    });
  return { key, value: mark === ':=' ? jsonOf(key, value) : typed(key, value, known) };
}

/** One more value of an array, or simply the value. */
function joined(
  known: Property | undefined,
  before: ReadonlyMap<string, unknown>,
  { key, value }: Pair,
): unknown {
  const isArray = typesOf(known).includes('array');
  const old = before.get(key);
  if (before.has(key) && !isArray)
    throw new Refusal(`The argument "${key}" is given twice.`, { exit: 'usage' });
  const all = Array.isArray(old) && Array.isArray(value) ? [...old, ...value] : value;
  return all;
}

function typed(key: string, text: string, known: Property | undefined): unknown {
  const types = typesOf(known);
  if (types.length === 0 || types.includes('string')) return text;
  if (types.includes('null') && text === 'null') return null;
  if (types.includes('boolean') && /^(true|false)$/.test(text)) return text === 'true';
  if (types.includes('integer') && /^[+-]?\d+$/.test(text)) return Number(text);
  if (types.includes('number') && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  if (types.includes('array'))
    return text.startsWith('[') ? jsonOf(key, text) : [typed(key, text, known?.items)];
  if (types.includes('object')) return jsonOf(key, text);
  throw new Refusal(`The argument "${key}" must be of type ${types.join(' or ')}; "${text}" is not.`, {
    exit: 'usage',
  });
}

const typesOf = (known: Pick<Property, 'type'> | undefined): string[] =>
  known?.type === undefined ? [] : [known.type].flat();

function jsonOf(key: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal(`The argument "${key}" is not JSON: ${text}`, { exit: 'usage', cause: error });
  }
}

/** How the tool is called: `get-alerts state=<string>`, optional arguments in brackets. */
export function usageOf(name: string, schema: unknown): string {
  const parsed = inputSchema.safeParse(schema);
  if (!parsed.success) return name;
  const words = Object.entries(parsed.data.properties).map(([key, known]) => {
    const word = `${key}=<${typesOf(known).join('|') || 'string'}>`;
    return parsed.data.required.includes(key) ? word : `[${word}]`;
  });
  return `Usage: ${[name, ...words].join(' ')}`;
}
