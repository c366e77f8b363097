import { createClient } from '@flovyn/client';
import { type Flovyn, createFlovyn } from '@flovyn/react';
import { queryClient } from './query-client.js';

const byOrg = new Map<string, Flovyn>();

/** The client, caches and streams of an organisation: made once, outside of any component. */
export function flovynOf(org: string): Flovyn {
  const known = byOrg.get(org);
  if (known !== undefined) return known;
  // Without a key: the browser adds the session's cookie by itself.
  const client = createClient({ baseUrl: window.location.origin, org });
  const made = createFlovyn({ client, org, queryClient });
  byOrg.set(org, made);
  return made;
}
