export const ORG_A = { id: '0a0a0a0a-0000-4000-8000-00000000000a', slug: 'test-a' };
export const ORG_B = { id: '0b0b0b0b-0000-4000-8000-00000000000b', slug: 'test-b' };
export const USER_A = 'flovyn_sk_test_aaaaaaaaaaaaaaaa';
export const USER_B = 'flovyn_sk_test_bbbbbbbbbbbbbbbb';
export const WORKER_A = 'flovyn_wk_test_aaaaaaaaaaaaaaaa';
/** May look, start and cancel, but not manage tasks. */
export const MEMBER_A = 'flovyn_sk_test_member0000000000';

/** A configuration with two organisations, in the form that other SDKs' harnesses write. */
export function configOf(): string {
  return `
[[orgs]]
id = "${ORG_A.id}"
name = "Test Organization"
slug = "${ORG_A.slug}"
tier = "FREE"

[[orgs]]
id = "${ORG_B.id}"
name = "Another Organization"
slug = "${ORG_B.slug}"
tier = "FREE"

[auth]
enabled = true

[auth.static_api_key]
keys = [
  { key = "${USER_A}", org_id = "${ORG_A.id}", principal_type = "User", principal_id = "api:test", role = "ADMIN" },
  { key = "${MEMBER_A}", org_id = "${ORG_A.id}", principal_type = "User", principal_id = "api:member", role = "MEMBER" },
  { key = "${WORKER_A}", org_id = "${ORG_A.id}", principal_type = "Worker", principal_id = "worker:test" },
  { key = "${USER_B}", org_id = "${ORG_B.id}", principal_type = "User", principal_id = "api:other", role = "ADMIN" }
]

[auth.endpoints.http]
authenticators = ["static_api_key"]
authorizer = "cedar"

[auth.endpoints.grpc]
authenticators = ["static_api_key"]
authorizer = "cedar"
`;
}
