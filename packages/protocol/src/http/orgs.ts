import * as z from 'zod/mini';

import { isUuid } from '../validate.js';
import { Timestamp } from './answer-fields.js';

export const orgTiers = ['FREE', 'PRO', 'ENTERPRISE'] as const;

/** What {@link isOrgSlug} asks for, as the end of a sentence. */
export const orgSlugRule =
  'must be 1 to 63 lower-case letters, digits or hyphens, not beginning with a hyphen, and not a UUID';

/** Whether a text may be the slug of an organisation. One that looks like an id would be taken for another's. */
export function isOrgSlug(text: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,62}$/.test(text) && !isUuid(text);
}

/** `POST /api/orgs`. */
export const CreateOrgBody = z.strictObject({
  name: z.string().check(z.minLength(1), z.maxLength(255)),
  slug: z.string().check(z.refine(isOrgSlug, { error: `${orgSlugRule}.` })),
  tier: z._default(z.enum(orgTiers), 'FREE'),
  /** Where its data is to be kept. */
  region: z.optional(
    z.string().check(
      z.refine((text) => /^[a-z0-9][a-z0-9-]{0,62}$/.test(text), {
        error: 'must be 1 to 63 lower-case letters, digits or hyphens, not beginning with a hyphen.',
      }),
    ),
  ),
});
export type CreateOrgBody = z.input<typeof CreateOrgBody>;

/** `GET /api/orgs/{org}`, and what its creation is answered with. */
export const OrgView = z.object({
  id: z.guid(),
  slug: z.string(),
  name: z.string(),
  tier: z.string(),
  region: z.nullish(z.string()),
  createdAt: Timestamp,
});
export type OrgView = z.infer<typeof OrgView>;
