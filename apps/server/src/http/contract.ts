import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Json, joinJson } from '@flovyn/protocol';

/**
 * The contract of events this server keeps, as JSON: its `version`, its `manifest`, and a `hash` (SHA-256 of the manifest,
 * in hexadecimal) that is the same exactly where the manifest is.
 */
export function contractView(): Json {
  const path = createRequire(import.meta.url).resolve('@flovyn/events/contract/manifest.json');
  const manifest = readFileSync(path, 'utf8').trim() as Json;
  const { version } = JSON.parse(manifest) as { readonly version: string };
  return joinJson({ version, hash: createHash('sha256').update(manifest).digest('hex') }, { manifest });
}
