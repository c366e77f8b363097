import { type WorkflowHandle, workflow } from '@flovyn/sdk';
import { type Narration, narrate } from './streaming.js';

/** A family whose members all tell something. */
export interface Dynasty extends Narration {
  /** How many generations are below this one. */
  readonly generations: number;
  readonly children: number;
  /** Whether a parent ends without waiting for its children. */
  readonly abandons?: boolean | undefined;
}

/** Tells its text while its children, and theirs, tell theirs. Gives the names of all, parents first. */
export const dynasty = workflow({
  name: 'dynasty',
  run: async (ctx, { generations, children, abandons = false, ...narration }: Dynasty): Promise<string> => {
    const births: WorkflowHandle<string>[] = [];
    for (let child = 1; generations > 0 && child <= children; child++) {
      const name = `${narration.name}${child}`;
      births.push(
        ctx.scheduleWorkflow(dynasty, { ...narration, abandons, name, generations: generations - 1, children }),
      );
    }
    await ctx.schedule(narrate, narration);
    if (abandons) return narration.name;
    return [narration.name, ...(await Promise.all(births))].join(' ');
  },
});
