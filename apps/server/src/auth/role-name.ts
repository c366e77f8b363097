import { z } from 'zod';

/** A role as others name it: `owner`, `admin` or `member`, in small letters or in capitals. */
export const RoleName = z
  .string('must be owner, admin or member')
  .transform((name) => name.toUpperCase())
  .pipe(z.enum(['OWNER', 'ADMIN', 'MEMBER'], 'must be owner, admin or member'));
