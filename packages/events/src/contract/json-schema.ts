import * as z from 'zod/mini';

import { EndData, FrameHead, GapData, ReadyData } from '../envelope.js';
import { stateEventNames } from '../names.js';
import { streamEvents } from '../registry/stream.js';
import { stateEventSchema } from '../schemas.js';
import * as snapshots from '../snapshots/index.js';

type Definition = Record<string, unknown>;

/** JSON Schema 2020-12 of the contract: one definition for each snapshot, event and frame. */
export function eventsSchema(): { readonly $defs: Record<string, Definition> } & Record<string, unknown> {
  const ids = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(snapshots)) ids.add(schema, { id });

  const stateEvents = stateEventNames.map((name) => named(ids, name, stateEventSchema(name)));
  const live = Object.entries(streamEvents).map(([type, schema]) => named(ids, `stream.${type}`, schema));
  const StateEvent = named(ids, 'StateEvent', z.union(stateEvents));
  const StreamEvent = named(ids, 'StreamEvent', z.union(live));
  const Frame = named(ids, 'Frame', z.extend(FrameHead, { event: z.union([StateEvent, StreamEvent]) }));
  const controls = Object.entries({ ready: ReadyData, gap: GapData, end: EndData });
  const Control = controls.map(([name, schema]) => named(ids, `control.${name}`, schema));

  const { anyOf, ...schema } = z.toJSONSchema(z.union([Frame, ...Control]), {
    // As it is read: the output form would forbid fields that a later version may add.
    io: 'input',
    metadata: ids,
    override: ({ zodSchema, jsonSchema }) => {
      const { def } = zodSchema._zod;
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
    $defs: $defs as Record<string, Definition>,
  };
}

function named<Schema extends z.ZodMiniType>(ids: z.core.$ZodRegistry<{ id: string }>, id: string, schema: Schema) {
  ids.add(schema, { id });
  return schema;
}
