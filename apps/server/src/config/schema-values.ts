import { z } from 'zod';

// Values of single keys. The environment gives all of them as text: so each takes a text as well as the type a TOML file
// would hold.

export const flag = z
  .union([z.boolean(), z.enum(['true', 'false', '1', '0'])], 'must be true, false, 1 or 0')
  .transform((value) => value === true || value === 'true' || value === '1');

export const text = z.string('must be a text').min(1, 'must not be empty');

export const uuid = z.guid('must be a UUID').transform((id) => id.toLowerCase());
