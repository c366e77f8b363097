import { type StreamDefinition, streamJsonSchema } from '@flovyn/events';
import { type Json, toJson } from '@flovyn/protocol';
import type { StreamCapability } from '@flovyn/protocol/grpc';
import { toJsonBytes } from '@flovyn/protocol/grpc';
import { ConfigurationError, toError } from '../errors.js';
import type { TaskDefinition } from '../types.js';

const nothing = new Uint8Array();

/**
 * Says what the tasks of a worker write to their streams.
 *
 * @throws {ConfigurationError} when a schema cannot be written as JSON Schema, or one name stands for two schemas.
 */
export function streamCapabilities(): (task: TaskDefinition) => StreamCapability[] {
  const known = new Map<string, { readonly task: string; readonly schema: Json | undefined }>();
  return (task) =>
    (task.streams ?? []).map((definition) => {
      const schema = jsonSchemaOf(definition);
      const other = known.get(definition.name);
      if (other !== undefined && other.schema !== schema) {
        throw new ConfigurationError(
          `Stream "${definition.name}" has one schema in task "${other.task}" and another in task "${task.name}". ` +
            'Share the definition, or give one of them another name.',
        );
      }
      known.set(definition.name, { task: task.name, schema });
      return {
        name: definition.name,
        description: definition.description ?? '',
        schema: schema === undefined ? nothing : toJsonBytes(schema),
      };
    });
}

function jsonSchemaOf(definition: StreamDefinition): Json | undefined {
  try {
    const schema = streamJsonSchema(definition);
    return schema === undefined ? undefined : toJson(schema);
  } catch (error) {
    throw new ConfigurationError(
      `The schema of stream "${definition.name}" cannot be written as JSON Schema, which the server needs: ` +
        `${toError(error).message}. Use types that JSON has, or say it yourself as \`jsonSchema\`.`,
    );
  }
}
