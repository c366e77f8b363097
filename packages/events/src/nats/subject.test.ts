import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseExecutionId } from '../ids.js';
import { lifecycleName } from '../lifecycle.js';
import { sampleStateEvents } from '../testing/samples.js';
import { SAMPLE_EXECUTION } from '../testing/trace.js';
import {
  lifecycleSubject,
  lifecycleWildcard,
  parseLifecycleSubject,
  parseStreamSubject,
  streamMessageId,
  streamSubject,
  streamSubjectWildcard,
} from './subject.js';

describe('stream subjects', () => {
  it('publisher and subscriber agree', () => {
    fc.assert(
      fc.property(fc.uuid(), (text) => {
        const id = parseExecutionId(text);
        expect(id && parseStreamSubject(streamSubject(id))).toBe(text);
      }),
    );
    expect(streamSubject(SAMPLE_EXECUTION)).toBe(`flovyn.streams.workflow.${SAMPLE_EXECUTION}`);
    expect(streamSubjectWildcard).toBe('flovyn.streams.workflow.*');
  });

  it.each(['flovyn.streams.workflow.', `flovyn.streams.${SAMPLE_EXECUTION}`, SAMPLE_EXECUTION, ''])(
    '%j is not one',
    (subject) => {
      expect(parseStreamSubject(subject)).toBeUndefined();
    },
  );

  it('an entry has one message id', () => {
    expect(streamMessageId(SAMPLE_EXECUTION, { epoch: 'e1', seq: 7 })).toBe(`${SAMPLE_EXECUTION}:e1.7`);
  });
});

describe('lifecycle subjects', () => {
  it('publisher and subscriber agree for every event', () => {
    for (const event of sampleStateEvents()) {
      const name = lifecycleName(event);
      expect(parseLifecycleSubject(lifecycleSubject('org-1', name))).toEqual({ organisationId: 'org-1', name });
    }
    expect(lifecycleSubject('org-1', 'task.failed')).toBe('flovyn.events.org-1.task.failed');
    expect(lifecycleWildcard('org-1')).toBe('flovyn.events.org-1.>');
  });

  it.each(['', 'a.b', '*', '>', 'a b', 'a\n'])('an organisation cannot be called %j', (organisationId) => {
    expect(() => lifecycleSubject(organisationId, 'task.failed')).toThrow(TypeError);
    expect(() => lifecycleWildcard(organisationId)).toThrow(TypeError);
  });

  it.each(['', 'task', 'task.*', 'task.>', 'TASK.FAILED', 'task.failed.twice'])(
    'an event cannot be called %j',
    (name) => {
      expect(() => lifecycleSubject('org-1', name)).toThrow(TypeError);
      expect(parseLifecycleSubject(`flovyn.events.org-1.${name}`)).toBeUndefined();
    },
  );
});
