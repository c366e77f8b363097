/** A server to be judged, and the keys to enter it with. */
export interface WireTarget {
  /** `http://127.0.0.1:9090`, or only the host and the port. Cleartext unless it begins with `https:`. */
  readonly grpcUrl: string;
  /** Address of its REST side. What can be seen or asked only there is skipped without it. */
  readonly httpUrl?: string | undefined;
  /** UUID. */
  readonly orgId: string;
  readonly workerKey: string;
  /** The key of a user who may cancel executions; needed beside `httpUrl`. */
  readonly userKey?: string | undefined;
  /** A second organisation, whose worker must see nothing of the first one. Skipped without it. */
  readonly otherOrg?: { readonly orgId: string; readonly workerKey: string } | undefined;
}
