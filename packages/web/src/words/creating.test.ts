import { API_ERRORS } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { createTrouble } from './creating.ts';

test.each([...API_ERRORS, 'offline' as const])('%s on creating says in words what to do', (reason) => {
  const words = createTrouble(reason, 0);
  expect(words).not.toContain('_');
  expect(words).toMatch(/\w\. .*\.$/);
});

test('a refusal for a while says for how long', () => {
  expect(createTrouble('server_full', 60_000)).toContain('in 1 minute');
  expect(createTrouble('rate', 0)).toContain('later');
  expect(createTrouble('rate', 120)).toContain('in 1 second.');
});
