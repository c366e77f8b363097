import { publicStatus } from '@flovyn/engine';
import { jsonNull, parseIdempotencyKey } from '@flovyn/protocol';
import {
  CancelBody,
  RetryBody,
  SignalBody,
  SignalView,
  SignalWithStartBody,
  SignalWithStartView,
  WorkflowActionView,
  paths,
} from '@flovyn/protocol/http';
import { okValue } from '../answer.js';
import { type OrgRoute, orgRoute } from '../route.js';
import { NO_INPUT, type RouteParts, found, inTheWrongState, metadataText } from './shared.js';
import { findWorkflow } from './workflow-executions.js';

/** What is asked of workflow executions from outside. */
export function workflowActionRoutes({ engine, store: { queries }, inputs }: RouteParts): readonly OrgRoute[] {
  return [
    orgRoute({
      method: 'POST',
      path: paths.workflowSignal,
      repeatable: true,
      action: 'workflow:signal',
      summary: 'Send a signal to a workflow execution',
      description: 'Sending the same twice is two signals. 409 when the execution has ended.',
      body: SignalBody,
      example: { signalName: 'approval', signalValue: { by: 'ada' } },
      answers: found('It is in the history', SignalView),
      async handle({ orgId, id, body: { signalName }, payload, once }) {
        const { sequence, resumed } = await engine.signalWorkflow({
          once: once(),
          orgId,
          id: id(),
          signalName,
          signalValue: payload('signalValue', 'payload') ?? jsonNull,
        });
        return okValue({ signalEventSequence: sequence, workflowResumed: resumed });
      },
    }),
    orgRoute({
      method: 'POST',
      path: paths.signalWithStart,
      repeatable: true,
      action: 'workflow:start',
      summary: 'Send a signal to the execution a key stands for, or start it with the signal',
      description: 'Two at once start one execution and leave two signals.',
      body: SignalWithStartBody,
      example: {
        workflowId: 'chat-17',
        workflowKind: 'chat',
        workflowInput: {},
        signalName: 'message',
        signalValue: { text: 'Hello' },
      },
      answers: found('The signal is in the history', SignalWithStartView),
      async handle({ orgId, body, payload, once }) {
        const { workflowId, workflowKind, queue, prioritySeconds, workflowVersion, metadata, signalName } = body;
        const input = payload('workflowInput', 'workflow_input') ?? NO_INPUT;
        await inputs.check({ orgId, type: 'workflow', kind: workflowKind, input });
        const { id, created, sequence } = await engine.signalWithStart({
          once: once(),
          orgId,
          kind: workflowKind,
          input,
          queue,
          prioritySeconds,
          ...(workflowVersion === undefined ? undefined : { workflowVersion }),
          metadata: metadataText(metadata),
          signalName,
          signalValue: payload('signalValue', 'signal_value') ?? jsonNull,
          key: { key: parseIdempotencyKey(workflowId, 'workflowId'), ttlSeconds: body.idempotencyKeyTtlSeconds },
        });
        return okValue({
          workflowExecutionId: id,
          workflowCreated: created,
          signalEventSequence: sequence,
          signalDelivered: true,
        });
      },
    }),
    orgRoute({
      method: 'POST',
      path: paths.workflowCancel,
      repeatable: true,
      action: 'workflow:update',
      summary: 'Ask a workflow execution to stop',
      description: 'Its code may tidy up first: until it ends it is CANCELLING. 409 when it has ended.',
      body: CancelBody,
      example: { reason: 'ordered by mistake' },
      answers: found('It was asked', WorkflowActionView),
      async handle({ orgId, principal, id, body, once }) {
        await engine.cancelWorkflow({
          once: once(),
          orgId,
          id: id(),
          reason: body.reason ?? '',
          requestedBy: principal.id,
        });
        const { workflow } = await findWorkflow(queries, orgId, id());
        return okValue({ workflowExecutionId: workflow.id, status: publicStatus(workflow) });
      },
    }),
    orgRoute({
      method: 'POST',
      path: paths.workflowRetry,
      repeatable: true,
      action: 'workflow:update',
      summary: 'Let a failed workflow execution go on',
      description: 'Its code runs on from its history. 400 when it is not FAILED.',
      body: RetryBody,
      example: { note: 'the bank is back' },
      answers: found('It goes on', WorkflowActionView),
      async handle({ orgId, id, body, once }) {
        await engine.retryWorkflow({ once: once(), orgId, id: id(), note: body.note ?? '' }).catch(inTheWrongState);
        return okValue({
          workflowExecutionId: id(),
          status: 'PENDING',
          message: 'The execution goes on from its history.',
          success: true,
        });
      },
    }),
  ];
}
