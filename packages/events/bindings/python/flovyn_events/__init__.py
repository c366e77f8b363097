"""The events of Flovyn. Made from the registry by `pnpm contract:write`; do not edit."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, ClassVar, Mapping, Optional, Tuple, Type, Union

from .reading import (
    REQUIRED as REQUIRED,
    UNRECOGNIZED as UNRECOGNIZED,
    InvalidEvent as InvalidEvent,
    Record as Record,
    UnknownEvent as UnknownEvent,
    anything as anything,
    constant as constant,
    each as each,
    integer as integer,
    number as number,
    one_of as one_of,
    or_none as or_none,
    text as text,
    word as word,
)

UUID = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
WORKFLOW_STATUS = (
    "PENDING",
    "RUNNING",
    "WAITING",
    "CANCELLING",
    "COMPLETED",
    "FAILED",
    "CANCELLED",
)
TASK_STATUS = (
    "PENDING",
    "RUNNING",
    "COMPLETED",
    "FAILED",
    "CANCELLED",
)
SUSPEND_TYPE = (
    "SUSPEND_TYPE_UNSPECIFIED",
    "SUSPEND_TYPE_TASK",
    "SUSPEND_TYPE_SIGNAL",
    "SUSPEND_TYPE_TIMER",
    "SUSPEND_TYPE_PROMISE",
    "SUSPEND_TYPE_CHILD_WORKFLOW",
)
RETRY_TARGET = (
    "task",
    "workflow",
)
GAP_REASON = (
    "expired",
    "epoch",
    "overflow",
)
END_STATUS = (
    "COMPLETED",
    "FAILED",
    "CANCELLED",
)


@dataclass(frozen=True)
class WorkflowSnapshot(Record):
    id: str
    kind: str
    status: str
    worker_id: Optional[str]
    error: Optional[str]
    parent_workflow_execution_id: Optional[str]

    FIELDS: ClassVar = (
        ("id", "id", text(UUID), REQUIRED),
        ("kind", "kind", text(), REQUIRED),
        ("status", "status", word(WORKFLOW_STATUS), REQUIRED),
        ("worker_id", "workerId", or_none(text()), None),
        ("error", "error", or_none(text()), None),
        ("parent_workflow_execution_id", "parentWorkflowExecutionId", or_none(text(UUID)), None),
    )


@dataclass(frozen=True)
class WorkflowCreated(Record):
    type_: str
    event: str
    data: WorkflowSnapshot
    timestamp_ms: int

    FIELDS: ClassVar = (
        ("type_", "type", constant("Event"), REQUIRED),
        ("event", "event", constant("WORKFLOW_CREATED"), REQUIRED),
        ("data", "data", WorkflowSnapshot.from_json, REQUIRED),
        ("timestamp_ms", "timestampMs", integer(0, 9007199254740991), REQUIRED),
    )


@dataclass(frozen=True)
class WorkflowStarted(Record):
    type_: str
    event: str
    data: WorkflowSnapshot
    timestamp_ms: int

    FIELDS: ClassVar = (
        ("type_", "type", constant("Event"), REQUIRED),
        ("event", "event", constant("WORKFLOW_STARTED"), REQUIRED),
        ("data", "data", WorkflowSnapshot.from_json, REQUIRED),
        ("timestamp_ms", "timestampMs", integer(0, 9007199254740991), REQUIRED),
    )


@dataclass(frozen=True)
class WorkflowCompleted(Record):
    type_: str
    event: str
    data: WorkflowSnapshot
    timestamp_ms: int

    FIELDS: ClassVar = (
        ("type_", "type", constant("Event"), REQUIRED),
        ("event", "event", constant("WORKFLOW_COMPLETED"), REQUIRED),
        ("data", "data", WorkflowSnapshot.from_json, REQUIRED),
        ("timestamp_ms", "timestampMs", integer(0, 9007199254740991), REQUIRED),
    )


@dataclass(frozen=True)
class WorkflowFailedSnapshot(Record):
    id: str
    kind: str
    status: str
    worker_id: Optional[str]
    error: str
    parent_workflow_execution_id: Optional[str]

    FIELDS: ClassVar = (
        ("id", "id", text(UUID), REQUIRED),
        ("kind", "kind", text(), REQUIRED),
        ("status", "status", word(WORKFLOW_STATUS), REQUIRED),
        ("worker_id", "workerId", or_none(text()), None),
        ("error", "error", text(), REQUIRED),
        ("parent_workflow_execution_id", "parentWorkflowExecutionId", or_none(text(UUID)), None),
    )


@dataclass(frozen=True)
class WorkflowFailed(Record):
    type_: str
    event: str
    data: WorkflowFailedSnapshot
    timestamp_ms: int

    FIELDS: ClassVar = (
        ("type_", "type", constant("Event"), REQUIRED),
        ("event", "event", constant("WORKFLOW_FAILED"), REQUIRED),
        ("data", "data", WorkflowFailedSnapshot.from_json, REQUIRED),
        ("timestamp_ms", "timestampMs", integer(0, 9007199254740991), REQUIRED),
    )


@dataclass(frozen=True)
class WorkflowSuspendedSnapshotWaitingOn(Record):
    type_: str
    name: Optional[str]
    id: Optional[str]

    FIELDS: ClassVar = (
        ("type_", "type", word(SUSPEND_TYPE), REQUIRED),
        ("name", "name", text(), None),
        ("id", "id", text(), None),
    )


@dataclass(frozen=True)
class WorkflowSuspendedSnapshot(Record):
    id: str
    kind: str
    status: str
    worker_id: Optional[str]
    error: Optional[str]
    parent_workflow_execution_id: Optional[str]
    suspend_type: str
    waiting_on: Tuple[WorkflowSuspendedSnapshotWaitingOn, ...]

    FIELDS: ClassVar = (
        ("id", "id", text(UUID), REQUIRED),
        ("kind", "kind", text(), REQUIRED),
        ("status", "status", word(WORKFLOW_STATUS), REQUIRED),
        ("worker_id", "workerId", or_none(text()), None),
        ("error", "error", or_none(text()), None),
        ("parent_workflow_execution_id", "parentWorkflowExecutionId", or_none(text(UUID)), None),
        ("suspend_type", "suspendType", word(SUSPEND_TYPE), REQUIRED),
        ("waiting_on", "waitingOn", each(WorkflowSuspendedSnapshotWaitingOn.from_json), tuple),
    )


@dataclass(frozen=True)
class WorkflowSuspended(Record):
    type_: str
    event: str
    data: WorkflowSuspendedSnapshot
    timestamp_ms: int

    FIELDS: ClassVar = (
        ("type_", "type", constant("Event"), REQUIRED),
        ("event", "event", constant("WORKFLOW_SUSPENDED"), REQUIRED),
        ("data", "data", WorkflowSuspendedSnapshot.from_json, REQUIRED),
        ("timestamp_ms", "timestampMs", integer(0, 9007199254740991), REQUIRED),
    )


@dataclass(frozen=True)
class WorkflowResumed(Record):
    type_: str
    event: str
    data: WorkflowSnapshot
    timestamp_ms: int

    FIELDS: ClassVar = (
        ("type_", "type", constant("Event"), REQUIRED),
        ("event", "event", constant("WORKFLOW_RESUMED"), REQUIRED),
        ("data", "data", WorkflowSnapshot.from_json, REQUIRED),
        ("timestamp_ms", "timestampMs", integer(0, 9007199254740991), REQUIRED),
    )


@dataclass(frozen=True)
class WorkflowCancelled(Record):
    type_: str
    event: str
    data: WorkflowSnapshot
    timestamp_ms: int

    FIELDS: ClassVar = (
        ("type_", "type", constant("Event"), REQUIRED),
        ("event", "event", constant("WORKFLOW_CANCELLED"), REQUIRED),
        ("data", "data", WorkflowSnapshot.from_json, REQUIRED),
        ("timestamp_ms", "timestampMs", integer(0, 9007199254740991), REQUIRED),
    )


@dataclass(frozen=True)
class TaskSnapshot(Record):
    id: str
    kind: str
    status: str
    execution_count: int
    max_retries: int
    worker_id: Optional[str]
    error: Optional[str]

    FIELDS: ClassVar = (
        ("id", "id", text(UUID), REQUIRED),
        ("kind", "kind", text(), REQUIRED),
        ("status", "status", word(TASK_STATUS), REQUIRED),
        ("execution_count", "executionCount", integer(0, 9007199254740991), REQUIRED),
        ("max_retries", "maxRetries", integer(0, 9007199254740991), REQUIRED),
        ("worker_id", "workerId", or_none(text()), None),
        ("error", "error", or_none(text()), None),
    )


@dataclass(frozen=True)
class TaskCreated(Record):
    type_: str
    event: str
    data: TaskSnapshot
    timestamp_ms: int

    FIELDS: ClassVar = (
        ("type_", "type", constant("Event"), REQUIRED),
        ("event", "event", constant("TASK_CREATED"), REQUIRED),
        ("data", "data", TaskSnapshot.from_json, REQUIRED),
        ("timestamp_ms", "timestampMs", integer(0, 9007199254740991), REQUIRED),
    )


@dataclass(frozen=True)
class TaskStarted(Record):
    type_: str
    event: str
    data: TaskSnapshot
    timestamp_ms: int

    FIELDS: ClassVar = (
        ("type_", "type", constant("Event"), REQUIRED),
        ("event", "event", constant("TASK_STARTED"), REQUIRED),
        ("data", "data", TaskSnapshot.from_json, REQUIRED),
        ("timestamp_ms", "timestampMs", integer(0, 9007199254740991), REQUIRED),
    )


@dataclass(frozen=True)
class TaskCompleted(Record):
    type_: str
    event: str
    data: TaskSnapshot
    timestamp_ms: int

    FIELDS: ClassVar = (
        ("type_", "type", constant("Event"), REQUIRED),
        ("event", "event", constant("TASK_COMPLETED"), REQUIRED),
        ("data", "data", TaskSnapshot.from_json, REQUIRED),
        ("timestamp_ms", "timestampMs", integer(0, 9007199254740991), REQUIRED),
    )


@dataclass(frozen=True)
class TaskFailedSnapshot(Record):
    id: str
    kind: str
    status: str
    execution_count: int
    max_retries: int
    worker_id: Optional[str]
    error: str

    FIELDS: ClassVar = (
        ("id", "id", text(UUID), REQUIRED),
        ("kind", "kind", text(), REQUIRED),
        ("status", "status", word(TASK_STATUS), REQUIRED),
        ("execution_count", "executionCount", integer(0, 9007199254740991), REQUIRED),
        ("max_retries", "maxRetries", integer(0, 9007199254740991), REQUIRED),
        ("worker_id", "workerId", or_none(text()), None),
        ("error", "error", text(), REQUIRED),
    )


@dataclass(frozen=True)
class TaskFailed(Record):
    type_: str
    event: str
    data: TaskFailedSnapshot
    timestamp_ms: int

    FIELDS: ClassVar = (
        ("type_", "type", constant("Event"), REQUIRED),
        ("event", "event", constant("TASK_FAILED"), REQUIRED),
        ("data", "data", TaskFailedSnapshot.from_json, REQUIRED),
        ("timestamp_ms", "timestampMs", integer(0, 9007199254740991), REQUIRED),
    )


@dataclass(frozen=True)
class TaskCancelled(Record):
    type_: str
    event: str
    data: TaskSnapshot
    timestamp_ms: int

    FIELDS: ClassVar = (
        ("type_", "type", constant("Event"), REQUIRED),
        ("event", "event", constant("TASK_CANCELLED"), REQUIRED),
        ("data", "data", TaskSnapshot.from_json, REQUIRED),
        ("timestamp_ms", "timestampMs", integer(0, 9007199254740991), REQUIRED),
    )


@dataclass(frozen=True)
class TimerStartedSnapshot(Record):
    timer_id: str
    fire_at_ms: int

    FIELDS: ClassVar = (
        ("timer_id", "timerId", text(), REQUIRED),
        ("fire_at_ms", "fireAtMs", integer(0, 9007199254740991), REQUIRED),
    )


@dataclass(frozen=True)
class TimerStarted(Record):
    type_: str
    event: str
    data: TimerStartedSnapshot
    timestamp_ms: int

    FIELDS: ClassVar = (
        ("type_", "type", constant("Event"), REQUIRED),
        ("event", "event", constant("TIMER_STARTED"), REQUIRED),
        ("data", "data", TimerStartedSnapshot.from_json, REQUIRED),
        ("timestamp_ms", "timestampMs", integer(0, 9007199254740991), REQUIRED),
    )


@dataclass(frozen=True)
class TimerSnapshot(Record):
    timer_id: str
    fire_at_ms: Optional[int]

    FIELDS: ClassVar = (
        ("timer_id", "timerId", text(), REQUIRED),
        ("fire_at_ms", "fireAtMs", or_none(integer(0, 9007199254740991)), None),
    )


@dataclass(frozen=True)
class TimerFired(Record):
    type_: str
    event: str
    data: TimerSnapshot
    timestamp_ms: int

    FIELDS: ClassVar = (
        ("type_", "type", constant("Event"), REQUIRED),
        ("event", "event", constant("TIMER_FIRED"), REQUIRED),
        ("data", "data", TimerSnapshot.from_json, REQUIRED),
        ("timestamp_ms", "timestampMs", integer(0, 9007199254740991), REQUIRED),
    )


@dataclass(frozen=True)
class TimerCancelled(Record):
    type_: str
    event: str
    data: TimerSnapshot
    timestamp_ms: int

    FIELDS: ClassVar = (
        ("type_", "type", constant("Event"), REQUIRED),
        ("event", "event", constant("TIMER_CANCELLED"), REQUIRED),
        ("data", "data", TimerSnapshot.from_json, REQUIRED),
        ("timestamp_ms", "timestampMs", integer(0, 9007199254740991), REQUIRED),
    )


@dataclass(frozen=True)
class PromiseSnapshot(Record):
    promise_id: str
    result: Optional[str]
    error: Optional[str]

    FIELDS: ClassVar = (
        ("promise_id", "promiseId", text(), REQUIRED),
        ("result", "result", or_none(text()), None),
        ("error", "error", or_none(text()), None),
    )


@dataclass(frozen=True)
class PromiseCreated(Record):
    type_: str
    event: str
    data: PromiseSnapshot
    timestamp_ms: int

    FIELDS: ClassVar = (
        ("type_", "type", constant("Event"), REQUIRED),
        ("event", "event", constant("PROMISE_CREATED"), REQUIRED),
        ("data", "data", PromiseSnapshot.from_json, REQUIRED),
        ("timestamp_ms", "timestampMs", integer(0, 9007199254740991), REQUIRED),
    )


@dataclass(frozen=True)
class PromiseResolved(Record):
    type_: str
    event: str
    data: PromiseSnapshot
    timestamp_ms: int

    FIELDS: ClassVar = (
        ("type_", "type", constant("Event"), REQUIRED),
        ("event", "event", constant("PROMISE_RESOLVED"), REQUIRED),
        ("data", "data", PromiseSnapshot.from_json, REQUIRED),
        ("timestamp_ms", "timestampMs", integer(0, 9007199254740991), REQUIRED),
    )


@dataclass(frozen=True)
class PromiseRejectedSnapshot(Record):
    promise_id: str
    result: Optional[str]
    error: str

    FIELDS: ClassVar = (
        ("promise_id", "promiseId", text(), REQUIRED),
        ("result", "result", or_none(text()), None),
        ("error", "error", text(), REQUIRED),
    )


@dataclass(frozen=True)
class PromiseRejected(Record):
    type_: str
    event: str
    data: PromiseRejectedSnapshot
    timestamp_ms: int

    FIELDS: ClassVar = (
        ("type_", "type", constant("Event"), REQUIRED),
        ("event", "event", constant("PROMISE_REJECTED"), REQUIRED),
        ("data", "data", PromiseRejectedSnapshot.from_json, REQUIRED),
        ("timestamp_ms", "timestampMs", integer(0, 9007199254740991), REQUIRED),
    )


@dataclass(frozen=True)
class ChildWorkflowSnapshot(Record):
    child_workflow_id: str
    kind: str
    status: Optional[str]
    error: Optional[str]

    FIELDS: ClassVar = (
        ("child_workflow_id", "childWorkflowId", text(UUID), REQUIRED),
        ("kind", "kind", text(), REQUIRED),
        ("status", "status", or_none(text()), None),
        ("error", "error", or_none(text()), None),
    )


@dataclass(frozen=True)
class ChildWorkflowInitiated(Record):
    type_: str
    event: str
    data: ChildWorkflowSnapshot
    timestamp_ms: int

    FIELDS: ClassVar = (
        ("type_", "type", constant("Event"), REQUIRED),
        ("event", "event", constant("CHILD_WORKFLOW_INITIATED"), REQUIRED),
        ("data", "data", ChildWorkflowSnapshot.from_json, REQUIRED),
        ("timestamp_ms", "timestampMs", integer(0, 9007199254740991), REQUIRED),
    )


@dataclass(frozen=True)
class ChildWorkflowStarted(Record):
    type_: str
    event: str
    data: ChildWorkflowSnapshot
    timestamp_ms: int

    FIELDS: ClassVar = (
        ("type_", "type", constant("Event"), REQUIRED),
        ("event", "event", constant("CHILD_WORKFLOW_STARTED"), REQUIRED),
        ("data", "data", ChildWorkflowSnapshot.from_json, REQUIRED),
        ("timestamp_ms", "timestampMs", integer(0, 9007199254740991), REQUIRED),
    )


@dataclass(frozen=True)
class ChildWorkflowCompleted(Record):
    type_: str
    event: str
    data: ChildWorkflowSnapshot
    timestamp_ms: int

    FIELDS: ClassVar = (
        ("type_", "type", constant("Event"), REQUIRED),
        ("event", "event", constant("CHILD_WORKFLOW_COMPLETED"), REQUIRED),
        ("data", "data", ChildWorkflowSnapshot.from_json, REQUIRED),
        ("timestamp_ms", "timestampMs", integer(0, 9007199254740991), REQUIRED),
    )


@dataclass(frozen=True)
class ChildWorkflowFailedSnapshot(Record):
    child_workflow_id: str
    kind: str
    status: Optional[str]
    error: str

    FIELDS: ClassVar = (
        ("child_workflow_id", "childWorkflowId", text(UUID), REQUIRED),
        ("kind", "kind", text(), REQUIRED),
        ("status", "status", or_none(text()), None),
        ("error", "error", text(), REQUIRED),
    )


@dataclass(frozen=True)
class ChildWorkflowFailed(Record):
    type_: str
    event: str
    data: ChildWorkflowFailedSnapshot
    timestamp_ms: int

    FIELDS: ClassVar = (
        ("type_", "type", constant("Event"), REQUIRED),
        ("event", "event", constant("CHILD_WORKFLOW_FAILED"), REQUIRED),
        ("data", "data", ChildWorkflowFailedSnapshot.from_json, REQUIRED),
        ("timestamp_ms", "timestampMs", integer(0, 9007199254740991), REQUIRED),
    )


@dataclass(frozen=True)
class ChildWorkflowCancellationRequested(Record):
    type_: str
    event: str
    data: ChildWorkflowSnapshot
    timestamp_ms: int

    FIELDS: ClassVar = (
        ("type_", "type", constant("Event"), REQUIRED),
        ("event", "event", constant("CHILD_WORKFLOW_CANCELLATION_REQUESTED"), REQUIRED),
        ("data", "data", ChildWorkflowSnapshot.from_json, REQUIRED),
        ("timestamp_ms", "timestampMs", integer(0, 9007199254740991), REQUIRED),
    )


@dataclass(frozen=True)
class ChildWorkflowCancellationFailed(Record):
    type_: str
    event: str
    data: ChildWorkflowFailedSnapshot
    timestamp_ms: int

    FIELDS: ClassVar = (
        ("type_", "type", constant("Event"), REQUIRED),
        ("event", "event", constant("CHILD_WORKFLOW_CANCELLATION_FAILED"), REQUIRED),
        ("data", "data", ChildWorkflowFailedSnapshot.from_json, REQUIRED),
        ("timestamp_ms", "timestampMs", integer(0, 9007199254740991), REQUIRED),
    )


@dataclass(frozen=True)
class OperationSnapshot(Record):
    operation_id: str
    result: Optional[str]

    FIELDS: ClassVar = (
        ("operation_id", "operationId", text(), REQUIRED),
        ("result", "result", or_none(text()), None),
    )


@dataclass(frozen=True)
class OperationCompleted(Record):
    type_: str
    event: str
    data: OperationSnapshot
    timestamp_ms: int

    FIELDS: ClassVar = (
        ("type_", "type", constant("Event"), REQUIRED),
        ("event", "event", constant("OPERATION_COMPLETED"), REQUIRED),
        ("data", "data", OperationSnapshot.from_json, REQUIRED),
        ("timestamp_ms", "timestampMs", integer(0, 9007199254740991), REQUIRED),
    )


@dataclass(frozen=True)
class CancellationSnapshot(Record):
    workflow_execution_id: str
    reason: Optional[str]

    FIELDS: ClassVar = (
        ("workflow_execution_id", "workflowExecutionId", text(UUID), REQUIRED),
        ("reason", "reason", or_none(text()), None),
    )


@dataclass(frozen=True)
class CancellationRequested(Record):
    type_: str
    event: str
    data: CancellationSnapshot
    timestamp_ms: int

    FIELDS: ClassVar = (
        ("type_", "type", constant("Event"), REQUIRED),
        ("event", "event", constant("CANCELLATION_REQUESTED"), REQUIRED),
        ("data", "data", CancellationSnapshot.from_json, REQUIRED),
        ("timestamp_ms", "timestampMs", integer(0, 9007199254740991), REQUIRED),
    )


@dataclass(frozen=True)
class StateSetSnapshot(Record):
    key: str
    value: str

    FIELDS: ClassVar = (
        ("key", "key", text(), REQUIRED),
        ("value", "value", text(), REQUIRED),
    )


@dataclass(frozen=True)
class StateSet(Record):
    type_: str
    event: str
    data: StateSetSnapshot
    timestamp_ms: int

    FIELDS: ClassVar = (
        ("type_", "type", constant("Event"), REQUIRED),
        ("event", "event", constant("STATE_SET"), REQUIRED),
        ("data", "data", StateSetSnapshot.from_json, REQUIRED),
        ("timestamp_ms", "timestampMs", integer(0, 9007199254740991), REQUIRED),
    )


@dataclass(frozen=True)
class StateSnapshot(Record):
    key: str
    value: Optional[str]

    FIELDS: ClassVar = (
        ("key", "key", text(), REQUIRED),
        ("value", "value", or_none(text()), None),
    )


@dataclass(frozen=True)
class StateCleared(Record):
    type_: str
    event: str
    data: StateSnapshot
    timestamp_ms: int

    FIELDS: ClassVar = (
        ("type_", "type", constant("Event"), REQUIRED),
        ("event", "event", constant("STATE_CLEARED"), REQUIRED),
        ("data", "data", StateSnapshot.from_json, REQUIRED),
        ("timestamp_ms", "timestampMs", integer(0, 9007199254740991), REQUIRED),
    )


@dataclass(frozen=True)
class RetrySnapshot(Record):
    target_id: str
    target_type: str
    attempt: Optional[int]

    FIELDS: ClassVar = (
        ("target_id", "targetId", text(UUID), REQUIRED),
        ("target_type", "targetType", word(RETRY_TARGET), REQUIRED),
        ("attempt", "attempt", or_none(integer(0, 9007199254740991)), None),
    )


@dataclass(frozen=True)
class RetryRequested(Record):
    type_: str
    event: str
    data: RetrySnapshot
    timestamp_ms: int

    FIELDS: ClassVar = (
        ("type_", "type", constant("Event"), REQUIRED),
        ("event", "event", constant("RETRY_REQUESTED"), REQUIRED),
        ("data", "data", RetrySnapshot.from_json, REQUIRED),
        ("timestamp_ms", "timestampMs", integer(0, 9007199254740991), REQUIRED),
    )


STATE_EVENTS: Mapping[str, Type[Record]] = {
    "WORKFLOW_CREATED": WorkflowCreated,
    "WORKFLOW_STARTED": WorkflowStarted,
    "WORKFLOW_COMPLETED": WorkflowCompleted,
    "WORKFLOW_FAILED": WorkflowFailed,
    "WORKFLOW_SUSPENDED": WorkflowSuspended,
    "WORKFLOW_RESUMED": WorkflowResumed,
    "WORKFLOW_CANCELLED": WorkflowCancelled,
    "TASK_CREATED": TaskCreated,
    "TASK_STARTED": TaskStarted,
    "TASK_COMPLETED": TaskCompleted,
    "TASK_FAILED": TaskFailed,
    "TASK_CANCELLED": TaskCancelled,
    "TIMER_STARTED": TimerStarted,
    "TIMER_FIRED": TimerFired,
    "TIMER_CANCELLED": TimerCancelled,
    "PROMISE_CREATED": PromiseCreated,
    "PROMISE_RESOLVED": PromiseResolved,
    "PROMISE_REJECTED": PromiseRejected,
    "CHILD_WORKFLOW_INITIATED": ChildWorkflowInitiated,
    "CHILD_WORKFLOW_STARTED": ChildWorkflowStarted,
    "CHILD_WORKFLOW_COMPLETED": ChildWorkflowCompleted,
    "CHILD_WORKFLOW_FAILED": ChildWorkflowFailed,
    "CHILD_WORKFLOW_CANCELLATION_REQUESTED": ChildWorkflowCancellationRequested,
    "CHILD_WORKFLOW_CANCELLATION_FAILED": ChildWorkflowCancellationFailed,
    "OPERATION_COMPLETED": OperationCompleted,
    "CANCELLATION_REQUESTED": CancellationRequested,
    "STATE_SET": StateSet,
    "STATE_CLEARED": StateCleared,
    "RETRY_REQUESTED": RetryRequested,
}

StateEvent = Union[
    WorkflowCreated,
    WorkflowStarted,
    WorkflowCompleted,
    WorkflowFailed,
    WorkflowSuspended,
    WorkflowResumed,
    WorkflowCancelled,
    TaskCreated,
    TaskStarted,
    TaskCompleted,
    TaskFailed,
    TaskCancelled,
    TimerStarted,
    TimerFired,
    TimerCancelled,
    PromiseCreated,
    PromiseResolved,
    PromiseRejected,
    ChildWorkflowInitiated,
    ChildWorkflowStarted,
    ChildWorkflowCompleted,
    ChildWorkflowFailed,
    ChildWorkflowCancellationRequested,
    ChildWorkflowCancellationFailed,
    OperationCompleted,
    CancellationRequested,
    StateSet,
    StateCleared,
    RetryRequested,
    UnknownEvent,
]

@dataclass(frozen=True)
class TokenEvent(Record):
    type_: str
    text: str

    FIELDS: ClassVar = (
        ("type_", "type", constant("token"), REQUIRED),
        ("text", "text", text(), REQUIRED),
    )


@dataclass(frozen=True)
class ProgressEvent(Record):
    type_: str
    progress: float
    details: Optional[str]

    FIELDS: ClassVar = (
        ("type_", "type", constant("progress"), REQUIRED),
        ("progress", "progress", number, REQUIRED),
        ("details", "details", text(), None),
    )


@dataclass(frozen=True)
class DataEvent(Record):
    type_: str
    data: Any
    stream: Optional[str]

    FIELDS: ClassVar = (
        ("type_", "type", constant("data"), REQUIRED),
        ("data", "data", anything, REQUIRED),
        ("stream", "stream", text(), None),
    )


@dataclass(frozen=True)
class ErrorEvent(Record):
    type_: str
    message: str
    code: Optional[str]

    FIELDS: ClassVar = (
        ("type_", "type", constant("error"), REQUIRED),
        ("message", "message", text(), REQUIRED),
        ("code", "code", text(), None),
    )


STREAM_EVENTS: Mapping[str, Type[Record]] = {
    "token": TokenEvent,
    "progress": ProgressEvent,
    "data": DataEvent,
    "error": ErrorEvent,
}

StreamEvent = Union[
    TokenEvent,
    ProgressEvent,
    DataEvent,
    ErrorEvent,
    UnknownEvent,
]

FlovynEvent = Union[StateEvent, StreamEvent]

_read_state_event = one_of("event", STATE_EVENTS)
_read_stream_event = one_of("type", STREAM_EVENTS)


def read_event(value: Any, path: str = "") -> FlovynEvent:
    """Reads an event: news have the type `Event`, output has a type of its own. Raises `InvalidEvent`."""
    is_news = isinstance(value, dict) and value.get("type") == "Event"
    return (_read_state_event if is_news else _read_stream_event)(value, path)


def read_frame(data: str) -> Frame:
    """Reads the `data` of an entry of a live stream. Raises `InvalidEvent`, also for what is no JSON."""
    return Frame.from_json(_parse(data))


def read_control(event: str, data: str) -> Record:
    """Reads the `data` of a control frame, which goes by its SSE name: `ready`, `gap` or `end`."""
    if event not in CONTROLS:
        raise InvalidEvent("", f"is no control frame: {event}")
    return CONTROLS[event].from_json(_parse(data))


def _parse(data: str) -> Any:
    try:
        return json.loads(data)
    except ValueError as error:
        raise InvalidEvent("", "is no JSON") from error


@dataclass(frozen=True)
class Frame(Record):
    v: int
    seq: int
    epoch: str
    execution_id: str
    root_execution_id: str
    task_execution_id: Optional[str]
    attempt: Optional[int]
    timestamp_ms: int
    event: FlovynEvent

    FIELDS: ClassVar = (
        ("v", "v", constant(1), REQUIRED),
        ("seq", "seq", integer(1, 9007199254740991), REQUIRED),
        ("epoch", "epoch", text(r"^[A-Za-z0-9_-]{1,64}$"), REQUIRED),
        ("execution_id", "executionId", text(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"), REQUIRED),
        ("root_execution_id", "rootExecutionId", text(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"), REQUIRED),
        ("task_execution_id", "taskExecutionId", text(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"), None),
        ("attempt", "attempt", integer(1, 9007199254740991), None),
        ("timestamp_ms", "timestampMs", integer(0, 9007199254740991), REQUIRED),
        ("event", "event", read_event, REQUIRED),
    )


@dataclass(frozen=True)
class ReadyControl(Record):
    epoch: str
    from_: int
    head: int
    types: Optional[Tuple[str, ...]]
    below: Optional[str]

    FIELDS: ClassVar = (
        ("epoch", "epoch", text(), REQUIRED),
        ("from_", "from", integer(0, 9007199254740991), REQUIRED),
        ("head", "head", integer(0, 9007199254740991), REQUIRED),
        ("types", "types", each(text()), None),
        ("below", "below", text(), None),
    )


@dataclass(frozen=True)
class GapControl(Record):
    from_: int
    to: int
    reason: str

    FIELDS: ClassVar = (
        ("from_", "from", integer(0, 9007199254740991), REQUIRED),
        ("to", "to", integer(0, 9007199254740991), REQUIRED),
        ("reason", "reason", word(GAP_REASON), REQUIRED),
    )


@dataclass(frozen=True)
class EndControl(Record):
    status: str

    FIELDS: ClassVar = (
        ("status", "status", word(END_STATUS), REQUIRED),
    )


CONTROLS: Mapping[str, Type[Record]] = {
    "ready": ReadyControl,
    "gap": GapControl,
    "end": EndControl,
}
