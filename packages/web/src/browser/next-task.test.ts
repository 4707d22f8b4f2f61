import { expect, test } from 'vitest';
import { inNextTask } from './next-task.ts';

test('runs once, in a later task', async () => {
  const order: string[] = [];
  const ran = new Promise<void>((resolve) => {
    inNextTask(() => {
      order.push('task');
      resolve();
    });
  });
  await Promise.resolve();
  order.push('microtask');
  await ran;
  expect(order).toEqual(['microtask', 'task']);
});

test('disposed, it does not run', async () => {
  let runs = 0;
  inNextTask(() => (runs += 1))[Symbol.dispose]();
  await new Promise<void>((resolve) => void inNextTask(resolve));
  expect(runs).toBe(0);
});
