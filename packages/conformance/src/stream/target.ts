/** The servers to be judged, and the keys to enter them with. Several are one service: they share a database. */
export interface StreamTarget {
  /** At least one. Work is started at the first, a worker is connected to the last, readers take turns. */
  readonly servers: readonly StreamServer[];
  /** Slug or UUID of the organisation to work in. */
  readonly org: string;
  /** Key of a user who may start, cancel and retry; none where the server takes callers without one. */
  readonly key?: string | undefined;
  /** Key of a worker; the user's when absent, which is good only where callers need none. */
  readonly workerKey?: string | undefined;
}

/** Where one server listens. */
export interface StreamServer {
  /** `http://127.0.0.1:8000` */
  readonly url: string;
  /** `http://127.0.0.1:9090`, cleartext unless it begins with `https:`. */
  readonly grpcUrl: string;
}
