import type { ServiceDefinition, UntypedServiceImplementation, sendUnaryData } from '@grpc/grpc-js';
import { ServiceError } from '@flovyn/protocol';
import { AgentDispatchService, toGrpcError } from '@flovyn/protocol/grpc';

/** Services of the protocol that this version does not carry out. Callers get a sentence instead of a bare status. */
export const laterServices: readonly ServiceDefinition[] = [AgentDispatchService];

export function refuseAll(service: ServiceDefinition): UntypedServiceImplementation {
  return Object.fromEntries(Object.entries(service).map(([name, { path }]) => [name, refuse(path)]));
}

function refuse(path: string): UntypedServiceImplementation[string] {
  const error = toGrpcError(
    new ServiceError('UNIMPLEMENTED', `This version of the server does not run agents, so it does not have ${path}.`),
  );
  return (call: { emit(event: 'error', error: object): boolean }, callback?: sendUnaryData<unknown>) => {
    if (typeof callback === 'function') callback(error);
    else call.emit('error', error);
  };
}
