import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { z } from 'zod';
import { ConfigError } from './config-error.js';
import { text } from './schema-values.js';
import type { ReadConfig } from './sources.js';

/** What a port needs to speak TLS, as PEM. */
export interface TlsConfig {
  readonly cert: string;
  readonly key: string;
}

export const TlsSchema = z.strictObject({ cert_file: text.optional(), key_file: text.optional() });

/** @throws {ConfigError} when a file is missing or cannot be read, or when the two do not belong together. */
export function tlsConfig({ values, nameOf }: ReadConfig): TlsConfig | undefined {
  const { cert_file: certFile, key_file: keyFile } = values.tls ?? {};
  if (certFile === undefined && keyFile === undefined) return undefined;
  const certName = nameOf(['tls', 'cert_file']);
  const keyName = nameOf(['tls', 'key_file']);
  if (certFile === undefined)
    throw new ConfigError(`${certName} is missing: ${keyName} needs the certificate as well.`);
  if (keyFile === undefined) throw new ConfigError(`${keyName} is missing: ${certName} needs its private key as well.`);
  const tls = { cert: read(certName, certFile), key: read(keyName, keyFile) };
  try {
    createSecureContext(tls);
  } catch (error: unknown) {
    throw new ConfigError(
      `${certName} (${certFile}) and ${keyName} (${keyFile}) are no certificate and its private key, as PEM: ` +
        `${reasonOf(error)}.`,
      { cause: error },
    );
  }
  return tls;
}

function read(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error: unknown) {
    throw new ConfigError(`${name} names ${path}, which cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
