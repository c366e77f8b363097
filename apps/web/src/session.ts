import { queryOptions } from '@tanstack/react-query';

/** Who looks at the page, and what they may see. */
export interface Session {
  readonly principal: string;
  readonly role: string;
  readonly orgs: readonly { readonly id: string; readonly slug: string; readonly name: string }[];
}

/** The session of this browser; `null` when nobody is signed in. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }): Promise<Session | null> => {
    const response = await fetch('/api/session', { signal, headers: { accept: 'application/json' } });
    if (response.status === 401) return null;
    if (!response.ok) throw new Error(`The server answered ${response.status} to the question who is signed in.`);
    return (await response.json()) as Session;
  },
  staleTime: 60_000,
});

/** Signs in with an API key; the server keeps it in a cookie that scripts cannot read. */
export async function signIn(apiKey: string): Promise<void> {
  const response = await fetch('/api/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ apiKey }),
  });
  if (response.status === 401) throw new Error('The server does not know this key.');
  if (!response.ok) throw new Error(`The server answered ${response.status} to the sign-in.`);
}
