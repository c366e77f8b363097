import * as z from 'zod/mini';

import { limits } from '../limits.js';

/** `POST /api/session`: signs a browser in. 204 and a cookie; `DELETE` signs it out. */
export const SignInBody = z.strictObject({
  apiKey: z.string().check(z.minLength(1), z.maxLength(limits.credentialLength)),
});
export type SignInBody = z.input<typeof SignInBody>;

/** `GET /api/session`: who is asking, and where they may look. */
export const SessionView = z.object({
  principal: z.string(),
  role: z.string(),
  orgs: z.array(z.object({ id: z.guid(), slug: z.string(), name: z.string() })),
});
export type SessionView = z.infer<typeof SessionView>;
