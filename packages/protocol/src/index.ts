export { type Json, fromJson, jsonNull, toJson } from './json.js';
export { joinJson, jsonMembers } from './json-members.js';
export { fromTaggedJson, toTaggedJson } from './tagged-json.js';
export type { Command, CommandType, Outcome, OutcomeType, RetryPolicy, ScheduleTask } from './command.js';
export type { HistoryEvent, HistoryEventName, RecordedEvent } from './history-event.js';
export { type UnknownEvent, decodeEventData, encodeEventData, isHistoryEventName, readEvent } from './history-data.js';
export { type Failure, fromFailure, toFailure } from './failure.js';
export { defaultRetries, limits } from './limits.js';
export {
  isUuid,
  parseIdempotencyKey,
  parseInteger,
  parseJson,
  parseKind,
  parseName,
  parseNumber,
  parseQueue,
  parseText,
  parseUuid,
} from './validate.js';
export { type ErrorCode, errorCodeOfSlug, errorCodes, isErrorCode } from './error-code.js';
export { ServiceError, type ServiceErrorOptions } from './service-error.js';
export { invariant } from './invariant.js';
