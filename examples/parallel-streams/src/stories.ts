/** The texts of the two narrators. */
export const STORIES = {
  river:
    'The river has never kept a diary. It does not need one: every bend remembers the stone that made it, and every ' +
    'stone remembers the rain. Ask the water where it has been and it can only point downhill. Ask the valley, and it ' +
    'will show you everything.',
  road:
    'The road writes everything down. Each wheel leaves a line, each winter an argument, each summer a repair. When a ' +
    'bridge falls the road does not begin again at the first milestone. It looks at its last line, takes a breath, and ' +
    'goes on from there.',
} as const;

export type Story = keyof typeof STORIES;
