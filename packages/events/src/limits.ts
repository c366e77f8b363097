/** 1 MiB: how large the JSON text of one stream event may be, in UTF-8 bytes. */
export const STREAM_EVENT_MAX_BYTES = 1_048_576;

/** Code of the `error` entry that stands where output of an attempt had to be given up. */
export const STREAM_LOSS = 'STREAM_LOSS';
