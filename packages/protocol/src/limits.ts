const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const KIB = 1_024;
const MIB = 1_024 * KIB;

/**
 * Every limit of the system with its default value, and its unit in its name. Passing one changes nothing that is
 * stored; the error says the limit and what was sent instead.
 */
export const limits = {
  // L01, L03: what arrives, also after inflating
  httpBodyBytes: 3 * MIB,
  grpcReceiveBytes: 16 * MIB,
  /** Larger than what we take in, so that a long history still fits into one answer. */
  grpcSendBytes: 64 * MIB,
  // L02: one input, output, signal, promise, state value or error
  payloadWarnBytes: 256 * KIB,
  payloadBytes: 2 * MIB,
  // L04: a parser takes deeper JSON than recursive readers of it survive
  jsonDepth: 64,
  jsonNodes: 100_000,
  // L05
  kindLength: 255,
  queueLength: 100,
  nameLength: 255,
  // L06
  httpHeaderBytes: 16 * KIB,
  grpcMetadataBytes: 8 * KIB,
  urlBytes: 8 * KIB,
  /** A key, or a token of another house. Longer ones would not pass the gRPC door either. */
  credentialLength: 8 * KIB,
  // L07
  metadataKeys: 100,
  metadataDepth: 3,
  metadataBytes: 16 * KIB,
  // L08: one history
  historyWarnEvents: 10_240,
  historyWarnBytes: 10 * MIB,
  historyEvents: 51_200,
  historyBytes: 50 * MIB,
  // L09: the commands of one turn
  commandsPerTurn: 10_000,
  commandsBytes: 16 * MIB,
  // L10: per execution; signals are counted from its beginning, the rest while open
  openTasks: 2_000,
  openTimers: 2_000,
  openPromises: 2_000,
  openChildren: 1_000,
  signals: 10_000,
  // L11
  childDepth: 32,
  // L12
  streamEventBytes: 1 * MIB,
  /** A larger entry travels between server processes as its number only. */
  streamEventCopyBytes: 256 * KIB,
  // L13: the stream of one execution
  streamEntries: 1_000_000,
  streamBytes: 256 * MIB,
  streamRetentionMs: 7 * DAY,
  // L14: one attempt
  streamEntriesPerSecond: 5_000,
  streamEntriesBurst: 10_000,
  // L15
  streamsPerPrincipal: 100,
  streamsPerOrg: 2_000,
  streamsPerProcess: 10_000,
  /** How long a ticket may be used; as many may wait to be used as streams may be open. */
  streamTicketMs: 30 * SECOND,
  // L16: one reader
  streamBufferBytes: 1 * MIB,
  streamBufferEntries: 1_000,
  streamStallMs: 30 * SECOND,
  // L17: waiting for an execution that does not exist yet
  streamWaitMs: 6 * SECOND,
  streamWaitMaxMs: 30 * SECOND,
  streamWaiters: 1_000,
  // L18
  requestsPerSecond: 1_000,
  requestsBurst: 2_000,
  failedSignInsPerMinute: 10,
  // L19
  pollHoldMs: 2 * SECOND,
  pollHoldMaxMs: 30 * SECOND,
  // L20
  leaseMs: 30 * SECOND,
  heartbeatMs: 10 * SECOND,
  taskLeaseMaxMs: 10 * MINUTE,
  // L21
  taskTimeoutMaxMs: 30 * DAY,
  workflowTimeoutMaxMs: 365 * DAY,
  timerMaxMs: 365 * DAY,
  scheduleHorizonMaxMs: 5 * 365 * DAY,
  // L22
  retriesMax: 1_000,
  retryDelayMaxMs: 24 * HOUR,
  // L23
  pageSize: 50,
  pageSizeMax: 100,
  filterBytes: 4 * KIB,
  filterDepth: 16,
  filterTerms: 64,
  filterTimeMs: 2 * SECOND,
  // L24
  statementMs: 10 * SECOND,
  lockMs: 5 * SECOND,
  idleInTransactionMs: 15 * SECOND,
  poolWaitMs: 2 * SECOND,
  // L25
  idempotencyKeyLength: 255,
  idempotencyKeyTtlSeconds: DAY / SECOND,
  idempotencyKeyTtlMaxSeconds: (30 * DAY) / SECOND,
  // L26
  httpHeadersMs: 10 * SECOND,
  httpBodyMs: 30 * SECOND,
  httpKeepAliveMs: 65 * SECOND,
  socketsPerAddress: 200,
  // L28
  eventLoopDelayMs: 500,
  eventLoopDelayWindowMs: 5 * SECOND,
} as const;

/** What holds for a task when nothing else is said about its retries. */
export const defaultRetries = 3;
