import type { ServiceDefinition, UntypedServiceImplementation, sendUnaryData } from '@grpc/grpc-js';
import { ServiceError } from '@flovyn/protocol';
import {
  AgentDispatchService,
  TaskExecutionService,
  WorkerLifecycleService,
  WorkflowDispatchService,
  WorkflowQueryService,
  toGrpcError,
} from '@flovyn/protocol/grpc';

/** Services of the protocol that this version does not carry out. Callers get a sentence instead of a bare status. */
export const laterServices: readonly ServiceDefinition[] = [
  WorkflowDispatchService,
  WorkflowQueryService,
  TaskExecutionService,
  WorkerLifecycleService,
  AgentDispatchService,
];

export function refuseAll(service: ServiceDefinition): UntypedServiceImplementation {
  return Object.fromEntries(Object.entries(service).map(([name, { path }]) => [name, refuse(path)]));
}

function refuse(path: string): UntypedServiceImplementation[string] {
  const error = toGrpcError(
    new ServiceError(
      'UNIMPLEMENTED',
      `This version of the server does not have ${path}. Workers connect through flovyn.v1.WorkerSession, which the ` +
        'TypeScript SDK of the same version speaks.',
    ),
  );
  return (call: { emit(event: 'error', error: object): boolean }, callback?: sendUnaryData<unknown>) => {
    if (typeof callback === 'function') callback(error);
    else call.emit('error', error);
  };
}
