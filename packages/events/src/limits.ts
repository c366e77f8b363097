/** 1 MiB: how large the JSON text of one stream event may be, in UTF-8 bytes. */
export const STREAM_EVENT_MAX_BYTES = 1_048_576;

/** How deep the JSON of a `data` event may nest: a parser accepts far more than later readers can walk. */
export const JSON_MAX_DEPTH = 64;

/** How many values, containers included, the JSON of a `data` event may have. */
export const JSON_MAX_NODES = 100_000;

/** Code of the `error` entry that stands where output of an attempt had to be given up. */
export const STREAM_LOSS = 'STREAM_LOSS';
