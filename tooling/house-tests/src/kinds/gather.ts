import { task, workflow } from '@flovyn/sdk';

interface Gathering {
  missing: number;
  readonly full: Promise<void>;
  readonly open: () => void;
}

const gatherings = new Map<string, Gathering>();

/** Waits until `size` of its kind are there, in this process, and then ends with all of them in one turn. */
export const gather = task({
  name: 'gather',
  run: async (_ctx, { name, size, index }: { name: string; size: number; index: number }) => {
    const gathering = gatherings.get(name) ?? newGathering(size);
    gatherings.set(name, gathering);
    gathering.missing -= 1;
    if (gathering.missing === 0) gathering.open();
    await gathering.full;
    return index;
  },
});

function newGathering(missing: number): Gathering {
  let open = (): void => undefined;
  const full = new Promise<void>((resolve) => (open = resolve));
  return { missing, full, open };
}

/** `size` tasks that end at the same instant; gives what each of them gave, in the order they were scheduled. */
export const gatherAll = workflow({
  name: 'gather-all',
  run: async (ctx, { size }: { size: number }) => {
    const name = ctx.randomUUID();
    const all = Array.from({ length: size }, (_, index) => ctx.schedule(gather, { name, size, index }));
    return Promise.all(all);
  },
});
