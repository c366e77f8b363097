import { limits } from '@flovyn/protocol';
import { isOrgSlug, orgSlugRule } from '@flovyn/protocol/http';
import { z } from 'zod';
import { AuthSchema } from './auth-schema.js';
import { CorsSchema } from './cors-config.js';
import { parseDuration, writeDuration } from './duration.js';
import { flag, text, uuid } from './schema-values.js';
import { TlsSchema } from './tls-config.js';

// The keys of the configuration file. The environment gives the same keys in upper case, `__` between levels, and always
// as text: so every schema here takes a text as well as the type a TOML file would hold.

const port = z.coerce
  .number('must be a port number from 0 to 65535 (0 takes a free one)')
  .int('must be a port number from 0 to 65535 (0 takes a free one)')
  .min(0, 'must be a port number from 0 to 65535 (0 takes a free one)')
  .max(65_535, 'must be a port number from 0 to 65535 (0 takes a free one)');

const DURATIONS = ['500ms', '6s', '5m', '2h', '7d'].map((text) => [text, parseDuration(text) ?? 0] as const);
const anyOf = new Intl.ListFormat('en-GB', { type: 'disjunction' });

/** Milliseconds within a range; written as a duration. */
function duration(leastMs: number, mostMs: number) {
  const examples = DURATIONS.flatMap(([text, exampleMs]) =>
    exampleMs >= leastMs && exampleMs <= mostMs ? [text] : [],
  );
  const range = `from ${writeDuration(leastMs)} to ${writeDuration(mostMs)}`;
  const message = `must be a duration ${range}, such as ${anyOf.format(examples.slice(0, 3))}`;
  return z.union([z.number(), z.string()], message).transform((value, context) => {
    const milliseconds = parseDuration(String(value));
    if (milliseconds !== undefined && milliseconds >= leastMs && milliseconds <= mostMs) return milliseconds;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
}

/** A minute: longer than a commit takes, after which an end could come too late to be found. */
const RETENTION_MIN_MS = 60_000;
/** 10 years. */
const RETENTION_MAX_MS = 3_650 * 86_400_000;

function count(most: number, least = 1) {
  const message = `must be a whole number from ${least} to ${most}`;
  return z.coerce.number(message).int(message).min(least, message).max(most, message);
}

const slug = z.string('must be a text').refine(isOrgSlug, orgSlugRule);

const organisation = z.strictObject({
  id: uuid,
  name: text,
  slug,
  tier: text.default('FREE'),
  region: text.optional(),
});

/** Not a full URL: one for a socket has no host, which a URL parser refuses. */
const postgresUrl = z
  .string('must be a text')
  .regex(/^postgres(ql)?:\/\//, 'must be an address such as postgres://user:password@host:5432/flovyn');

/** The whole file. Unknown keys are found by its strictness and taken away with a warning, never an error. */
export const FileSchema = z.strictObject({
  database_url: postgresUrl.optional(),
  database: z.strictObject({ url: postgresUrl.optional() }).optional(),
  server_port: port.optional(),
  grpc_server_port: port.optional(),
  server: z.strictObject({ http_port: port.optional(), grpc_port: port.optional(), host: text.optional() }).optional(),
  flovyn_data_dir: text.optional(),
  flovyn_dev: flag.optional(),
  public_http_url: z.url('must be an address such as https://flovyn.example.com').optional(),
  log_level: z
    .enum(
      ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
      'must be trace, debug, info, warn, error, fatal or silent',
    )
    .optional(),
  stream_wait_max: duration(0, limits.streamWaitMaxMs).optional(),
  shutdown_max: duration(0, 300_000).optional(),
  session_lease: duration(1_000, 600_000).optional(),
  grpc_poll_hold: duration(0, limits.pollHoldMaxMs).optional(),
  stream_retention: duration(RETENTION_MIN_MS, RETENTION_MAX_MS).optional(),
  stream_retention_output: duration(RETENTION_MIN_MS, RETENTION_MAX_MS).optional(),
  nats: z.strictObject({ enabled: flag.optional(), url: text.optional(), jetstream: flag.optional() }).optional(),
  metrics: z.strictObject({ enabled: flag.optional(), port: port.optional() }).optional(),
  otel: z
    .strictObject({ enabled: flag.optional(), otlp_endpoint: text.optional(), service_name: text.optional() })
    .optional(),
  limits: z
    .strictObject({
      streams_per_principal: count(1_000_000).optional(),
      streams_per_org: count(1_000_000).optional(),
      streams_per_process: count(1_000_000).optional(),
      sockets_per_address: count(1_000_000).optional(),
      stream_entries_per_execution: count(10_000_000, 1_000).optional(),
      stream_bytes_per_execution: count(4_294_967_296, 1_048_576).optional(),
    })
    .optional(),
  orgs: z.array(organisation, 'must be a list of organisations').optional(),
  auth: AuthSchema.optional(),
  cors: CorsSchema.optional(),
  tls: TlsSchema.optional(),
  worker_token_secret: text.optional(),
});

export type FileConfig = z.infer<typeof FileSchema>;

/** The keys of a section; `undefined` for a value. */
export function sectionOf(schema: z.ZodType): Readonly<Record<string, z.ZodType>> | undefined {
  const inner = 'unwrap' in schema && typeof schema.unwrap === 'function' ? (schema.unwrap() as z.ZodType) : schema;
  return inner.def.type === 'object' ? (inner as z.ZodObject<Record<string, z.ZodType>>).shape : undefined;
}
