import { z } from 'zod';
import { ConfigError } from './config-error.js';
import { flag } from './schema-values.js';
import type { ReadConfig } from './sources.js';

/** Pages of other sites that may read what this server answers. */
export interface CorsConfig {
  /** `*`: those of every site. */
  readonly origins: ReadonlySet<string> | '*';
  /** Whether they may also use the session of a browser that is signed in here. */
  readonly credentials: boolean;
}

const message = 'must be origins such as https://app.example.com, without a path, or *';

const origins = z
  .union([z.array(z.string()), z.string().transform((list) => list.split(',').map((one) => one.trim()))], message)
  .refine((all) => all.every((one) => one === '*' || isOrigin(one)), message);

export const CorsSchema = z.strictObject({
  origins: origins.optional(),
  credentials: flag.optional(),
});

/** @throws {ConfigError} when every site could act as whoever is signed in. */
export function corsConfig({ values, nameOf }: ReadConfig): CorsConfig | undefined {
  const { origins = [], credentials = false } = values.cors ?? {};
  if (origins.length === 0) return undefined;
  if (!origins.includes('*')) return { origins: new Set(origins), credentials };
  if (credentials) {
    throw new ConfigError(
      `${nameOf(['cors', 'credentials'])} is true and ${nameOf(['cors', 'origins'])} has *: every site could act as ` +
        'whoever is signed in. Name the origins, or leave credentials away.',
    );
  }
  return { origins: '*', credentials };
}

/** As browsers send it: in lower case, without a path and without the port that goes without saying. */
function isOrigin(text: string): boolean {
  return /^https?:\/\/[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}
