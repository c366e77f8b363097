import * as z from 'zod/mini';

// What a server says of itself.

/** `GET /_/live`. */
export const LiveView = z.object({ status: z.literal('UP') });
export type LiveView = z.infer<typeof LiveView>;

/** `GET /_/health`: 200 when the server may be used, 503 when not. */
export const HealthView = z.object({
  status: z.enum(['UP', 'DOWN']),
  version: z.string(),
  plugins: z.array(z.string()),
  /** What is away although the configuration asks for it, without anything being lost. */
  degraded: z.array(z.string()),
  /** Why it is DOWN, and why something is away. */
  reasons: z.optional(z.array(z.string())),
});
export type HealthView = z.infer<typeof HealthView>;

/** `GET /api/contract`: which news and output the server may send. */
export const ContractView = z.object({
  version: z.string(),
  /** SHA-256 of the manifest, in hexadecimal. */
  hash: z.string(),
  manifest: z.record(z.string(), z.unknown()),
});
export type ContractView = z.infer<typeof ContractView>;

/** `GET /api/docs/asyncapi.json`: an AsyncAPI 3.0 document. */
export const AsyncApiView = z.record(z.string(), z.unknown());
export type AsyncApiView = z.infer<typeof AsyncApiView>;

/** `GET /api/docs/openapi.json`: an OpenAPI 3.1 document. */
export const OpenApiView = z.record(z.string(), z.unknown());
export type OpenApiView = z.infer<typeof OpenApiView>;
