import * as z from 'zod/mini';

import { EndData, FrameHead, GapData, ReadyData } from '../envelope.js';
import { stateEventNames } from '../names.js';
import { streamEvents } from '../registry/stream.js';
import { stateEventShapes } from '../shapes.js';
import { type Shape, constant, count } from '../shape.js';
import * as snapshots from '../snapshots/index.js';
import { objectSchema } from '../zod.js';

type Definition = Record<string, unknown>;

/** JSON Schema 2020-12 of the contract: one definition for each snapshot, event and frame. */
export function eventsSchema(): { readonly $defs: Record<string, Definition> } & Record<string, unknown> {
  const ids = z.registry<{ id: string }>();
  const snapshot = new Map<Shape, z.ZodMiniType>();
  for (const [id, shape] of Object.entries(snapshots)) snapshot.set(shape, named(ids, id, objectSchema(shape)));

  const stateEvents = stateEventNames.map((name) => {
    const head = objectSchema({ type: constant('Event'), event: constant(name) });
    const data = snapshot.get(stateEventShapes[name]) ?? z.never();
    return named(ids, name, z.extend(z.extend(head, { data }), objectSchema({ timestampMs: count }).shape));
  });
  const live = Object.entries(streamEvents).map(([type, shape]) => named(ids, `stream.${type}`, objectSchema(shape)));
  const StateEvent = named(ids, 'StateEvent', z.union(stateEvents));
  const StreamEvent = named(ids, 'StreamEvent', z.union(live));
  const Frame = named(ids, 'Frame', z.extend(objectSchema(FrameHead), { event: z.union([StateEvent, StreamEvent]) }));
  const controls = Object.entries({ ready: ReadyData, gap: GapData, end: EndData });
  const Control = controls.map(([name, shape]) => named(ids, `control.${name}`, objectSchema(shape)));

  const { anyOf, ...schema } = z.toJSONSchema(z.union([Frame, ...Control]), {
    // As it is read: the output form would forbid fields that a later version may add.
    io: 'input',
    metadata: ids,
    override: ({ zodSchema, jsonSchema }) => {
      const { def } = zodSchema._zod;
      // Members may be added as well, told apart by this property.
      if (zodSchema === StateEvent) jsonSchema['x-open-union'] = 'event';
      if (zodSchema === StreamEvent) jsonSchema['x-open-union'] = 'type';
      if (def.type !== 'enum') return;
      // Words may be added: a reader that refused one it does not know would break on every addition.
      jsonSchema['x-open-enum'] = jsonSchema.enum;
      delete jsonSchema.enum;
    },
  });
  const { $defs = {}, ...rest } = schema;
  return {
    ...rest,
    title: 'The events of Flovyn',
    description: 'One document of a live stream: a frame, or the words of a control frame.',
    anyOf,
    $defs,
  };
}

function named<Schema extends z.ZodMiniType>(ids: z.core.$ZodRegistry<{ id: string }>, id: string, schema: Schema) {
  ids.add(schema, { id });
  return schema;
}
