import * as z from 'zod/mini';

import { Timestamp } from './answer-fields.js';
import { DefinitionView } from './definitions.js';
import { TaskExecutionView } from './task-executions.js';
import { HistoryEventView, WorkflowExecutionView } from './workflow-executions.js';

/** What the `format` of an exported execution says. */
export const EXPORT_FORMAT = 'flovyn-workflow-execution';

/** `GET /workflow-executions/{id}/export`: one execution whole, to be looked at without its server. */
export const WorkflowExportView = z.object({
  format: z.literal(EXPORT_FORMAT),
  version: z.literal(1),
  exportedAt: Timestamp,
  execution: WorkflowExecutionView,
  /** The history. */
  events: z.array(HistoryEventView),
  tasks: z.array(TaskExecutionView),
  /** What is still kept of its stream: frames, as a live stream sends them. */
  entries: z.array(z.record(z.string(), z.unknown())),
  /** What workers said of its kind and those of its tasks, as far as they have registered. */
  definitions: z.object({ workflows: z.array(DefinitionView), tasks: z.array(DefinitionView) }),
});
export type WorkflowExportView = z.infer<typeof WorkflowExportView>;
