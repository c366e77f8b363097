export { type Json, fromJson, jsonNull, toJson } from './json.js';
export type { Command, CommandType, Outcome, OutcomeType, RetryPolicy, ScheduleTask } from './command.js';
export type { HistoryEvent, HistoryEventName, RecordedEvent } from './history-event.js';
export { type ErrorCode, errorCodes, isErrorCode } from './error-code.js';
export { ServiceError, type ServiceErrorOptions } from './service-error.js';
export { invariant } from './invariant.js';
