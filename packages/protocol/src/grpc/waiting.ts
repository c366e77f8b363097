import { type WaitingOn, firstSuspendType, suspendType } from '@flovyn/events';

import type { SuspendType, SuspendWorkflowCommand, WaitingFor } from '../gen/flovyn/v1/workflow_dispatch.js';

/** The command that says what a suspended turn waits for. */
export function toSuspendCommand(reason: string, waitingOn: readonly WaitingOn[]): SuspendWorkflowCommand {
  return { reason, suspendType: firstSuspendType(waitingOn), waitingOn: waitingOn.map(toWaitingFor) };
}

/** What a suspended turn waits for; empty when its worker did not say. */
export function fromSuspendCommand(command: SuspendWorkflowCommand): readonly WaitingOn[] {
  if (command.waitingOn.length > 0) return command.waitingOn.map(fromWaitingFor);
  const type = known(command.suspendType);
  return type === suspendType.UNSPECIFIED ? [] : [{ type }];
}

function toWaitingFor(waitingOn: WaitingOn): WaitingFor {
  return { type: waitingOn.type, name: waitingOn.name, id: waitingOn.id };
}

function fromWaitingFor(message: WaitingFor): WaitingOn {
  return {
    type: known(message.type),
    ...(message.name === undefined ? undefined : { name: message.name }),
    ...(message.id === undefined ? undefined : { id: message.id }),
  };
}

/** A type of a later version says no more than that the execution waits. */
function known(type: SuspendType | undefined): WaitingOn['type'] {
  return type === undefined || type === 'UNRECOGNIZED' ? suspendType.UNSPECIFIED : type;
}
