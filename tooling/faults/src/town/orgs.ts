/** An organisation of the town, with a key for people and one for workers. */
export interface Org {
  readonly id: string;
  readonly slug: string;
  readonly user: string;
  readonly worker: string;
}

/** Who does nearly all of the work. */
export const OURS: Org = {
  id: '0a0a0a0a-0000-4000-8000-00000000000a',
  slug: 'ours',
  user: 'flovyn_sk_test_ours000000000000',
  worker: 'flovyn_wk_test_ours000000000000',
};

/** Who must never see any of it. */
export const OTHERS: Org = {
  id: '0b0b0b0b-0000-4000-8000-00000000000b',
  slug: 'others',
  user: 'flovyn_sk_test_others0000000000',
  worker: 'flovyn_wk_test_others0000000000',
};

/** The servers' configuration file: both organisations, and room for every reader. */
export function configText(): string {
  const orgs = [OURS, OTHERS];
  const org = ({ id, slug }: Org): string =>
    `[[orgs]]\nid = "${id}"\nname = "${slug}"\nslug = "${slug}"\ntier = "FREE"\n`;
  const keys = orgs.flatMap(({ id, slug, user, worker }) => [
    `{ key = "${user}", org_id = "${id}", principal_type = "User", principal_id = "api:${slug}", role = "ADMIN" }`,
    `{ key = "${worker}", org_id = "${id}", principal_type = "Worker", principal_id = "worker:${slug}" }`,
  ]);
  return `
${orgs.map(org).join('\n')}
[limits]
streams_per_principal = 100000
streams_per_org = 100000
streams_per_process = 100000

[auth]
enabled = true

[auth.static_api_key]
keys = [
  ${keys.join(',\n  ')}
]

[auth.endpoints.http]
authenticators = ["static_api_key"]
authorizer = "cedar"

[auth.endpoints.grpc]
authenticators = ["static_api_key"]
authorizer = "cedar"
`;
}
