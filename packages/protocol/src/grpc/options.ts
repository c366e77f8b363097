import type { ChannelOptions } from '@grpc/grpc-js';

import { limits } from '../limits.js';

const KEEPALIVE_MS = 30_000;
const KEEPALIVE_TIMEOUT_MS = 10_000;

/**
 * How a server listens. The library's own defaults are open: connections of any age, any number of calls on one. Memory is
 * bounded by calls per connection and by message size; the library's bound on a session's memory is left alone because it
 * degrades badly at its limit.
 */
export const serverOptions: Readonly<ChannelOptions> = {
  'grpc.max_receive_message_length': limits.grpcReceiveBytes,
  'grpc.max_send_message_length': limits.grpcSendBytes,
  'grpc.max_concurrent_streams': 256,
  'grpc.keepalive_time_ms': KEEPALIVE_MS,
  'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
  // Foreign workers ping between calls, every 30 s.
  'grpc.keepalive_permit_without_calls': 1,
  'grpc.max_connection_idle_ms': 5 * 60_000,
  // A session is told to drain first and goes on over a new connection.
  'grpc.max_connection_age_ms': 30 * 60_000,
  'grpc.max_connection_age_grace_ms': 60_000,
};

/** How a worker or client of ours connects: it takes what a server may send, and comes back fast after a cut. */
export const clientOptions: Readonly<ChannelOptions> = {
  'grpc.max_receive_message_length': limits.grpcSendBytes,
  'grpc.max_send_message_length': limits.grpcReceiveBytes,
  'grpc.keepalive_time_ms': KEEPALIVE_MS,
  'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
  'grpc.keepalive_permit_without_calls': 1,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 5_000,
};
