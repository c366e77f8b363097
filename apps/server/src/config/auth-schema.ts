import { z } from 'zod';
import { flag, text, uuid } from './schema-values.js';

// The section [auth] of the configuration file: who may enter, and how they are recognised.

export const roles = ['OWNER', 'ADMIN', 'MEMBER'] as const;

const staticKey = z.strictObject({
  key: text,
  org_id: uuid,
  principal_type: z.enum(['User', 'Worker'], 'must be User or Worker'),
  principal_id: text,
  role: z.enum(roles, 'must be OWNER, ADMIN or MEMBER').optional(),
});

const names = z.union(
  [z.array(z.string()), z.string().transform((list) => list.split(',').map((name) => name.trim()))],
  'must be a list of names',
);

const endpoint = z.strictObject({
  authenticators: names.optional(),
  authorizer: z.string('must be a text').optional(),
});

/** An address we ask. A password in it would be sent, logged and shown; `fetch` refuses it anyway. */
const askedUrl = z
  .url({ protocol: /^https?$/, error: 'must be an address such as https://auth.example.com/jwks' })
  .transform((address) => new URL(address))
  .refine(({ username, password }) => username === '' && password === '', 'must have no user and no password');

const jwt = z.strictObject({
  jwks_uri: askedUrl.optional(),
  issuer: text.optional(),
  audience: text.optional(),
  skip_verification: flag.optional(),
});

function seconds(least: number, most: number) {
  const message = `must be a number of seconds from ${least} to ${most}`;
  return z.coerce.number(message).min(least, message).max(most, message);
}

export const AuthSchema = z.strictObject({
  enabled: flag.optional(),
  static_api_key: z.strictObject({ keys: z.array(staticKey, 'must be a list of keys').optional() }).optional(),
  jwt: jwt.optional(),
  better_auth: z
    .strictObject({
      validation_url: askedUrl.optional(),
      timeout_secs: seconds(1, 30).optional(),
      jwt: jwt.optional(),
    })
    .optional(),
  /** Another spelling of `better_auth.jwt`, which goes before it. */
  better_auth_jwt: jwt.optional(),
  worker_token: z
    .strictObject({
      prefix: z
        .string('must be a text')
        .regex(/^[A-Za-z0-9_-]{1,32}$/, 'must be 1 to 32 letters, digits, _ or -')
        .optional(),
    })
    .optional(),
  org_resolver: z
    .strictObject({ cache_ttl_secs: seconds(0, 86_400).optional(), auto_create: flag.optional() })
    .optional(),
  attr_resolver: z.strictObject({ resolver_type: z.literal('noop', 'must be noop').optional() }).optional(),
  endpoints: z.strictObject({ http: endpoint.optional(), grpc: endpoint.optional() }).optional(),
});

export type AuthSection = z.infer<typeof AuthSchema>;
export type JwtSection = z.infer<typeof jwt>;
