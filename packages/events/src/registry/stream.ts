import { type ValueOf, constant, json, number, optional, text } from '../shape.js';

/** A piece of text, to be joined to the pieces before it. An empty one is legal. */
export const TokenEvent = { type: constant('token'), text };
export type TokenEvent = ValueOf<typeof TokenEvent>;

/** How far the work is, from 0 to 1, and in words when `details` is there. */
export const ProgressEvent = { type: constant('progress'), progress: number, details: optional(text) };
export type ProgressEvent = ValueOf<typeof ProgressEvent>;

/** A value of the author's own: any JSON. `stream` names the user's stream it belongs to, when it belongs to one. */
export const DataEvent = { type: constant('data'), data: json, stream: optional(text) };
export type DataEvent = ValueOf<typeof DataEvent>;

/** Something went wrong and the work goes on; an error that ends an attempt is TASK_FAILED. */
export const ErrorEvent = { type: constant('error'), message: text, code: optional(text) };
export type ErrorEvent = ValueOf<typeof ErrorEvent>;

/** Live output of running code, by type. */
export const streamEvents = { token: TokenEvent, progress: ProgressEvent, data: DataEvent, error: ErrorEvent };
