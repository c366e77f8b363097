import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { core } from 'zod';

import type { JsonSchema } from '../schema/document.js';
import { VersionError } from './version.js';

/** The JSON Schema of what a module exports, as a reader of it would take it. Needs zod 4, which is asked for only here. */
export async function readModule(file: string, exported?: string): Promise<JsonSchema> {
  const exports = (await import(pathToFileURL(resolve(file)).href)) as Readonly<Record<string, unknown>>;
  const found = Object.entries(exports).filter(([name, value]) => isZod(value) && (exported ?? name) === name);
  const [schema, ...others] = found;
  if (schema === undefined)
    throw new VersionError(`${file} exports no zod schema${exported ? ` called ${exported}` : ''}.`);
  if (others.length > 0) {
    throw new VersionError(`${file} exports several zod schemas: say which, as ${file}#${schema[0]}.`);
  }
  const { toJSONSchema } = await import('zod');
  // As it is read: the output form closes every object.
  return toJSONSchema(schema[1] as core.$ZodType, { io: 'input' }) as JsonSchema;
}

function isZod(value: unknown): boolean {
  return typeof value === 'object' && value !== null && '_zod' in value;
}
