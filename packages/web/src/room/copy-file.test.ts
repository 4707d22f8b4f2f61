// A copy as text; what a browser makes of the web page is in e2e/src/settings.test.ts.

import { describe, expect, test } from 'vitest';
import { inNextTask } from '../browser/next-task.ts';
import { type Copy, SLICE, writeCopy } from './copy-file.ts';
import type { CopiedMessage } from './model/copied-messages.ts';

const AT = new Date(2026, 4, 10, 12, 0).getTime();
const goesOn = () => new AbortController().signal;

const said = (text: string | undefined, more: Partial<CopiedMessage> = {}): CopiedMessage => ({
  at: AT,
  own: false,
  name: 'Bob',
  text,
  replyTo: undefined,
  edited: false,
  lines: [],
  ...more,
});

async function textOf(...messages: readonly CopiedMessage[]): Promise<string> {
  const copy: Copy = { format: 'text', room: 'Lab', savedAt: AT, messages: messages.map((one) => () => one) };
  const file = await writeCopy(copy, () => {}, goesOn());
  return (await file?.text()) ?? '';
}

describe('a copy as text', () => {
  test('has a head, a line for each day and each message, and lines below a message', async () => {
    const reply = { replyTo: 'Ann', edited: true, lines: ['👍 2'] };
    const next = said('tomorrow', { at: AT + 24 * 3_600_000 });
    const lines = (await textOf(said('hi'), said('yes\nno', reply), next)).split('\n');
    expect(lines[0]).toBe('Mayfly chat · Lab');
    expect(lines.filter((line) => line.startsWith('['))).toHaveLength(3);
    expect(lines.filter((line) => line.startsWith('    '))).toEqual(['    no', '    👍 2']);
    expect(lines.find((line) => line.includes('yes'))).toMatch(/\] Bob \(Reply to Ann\) \(edited\): yes$/);
    expect(lines.filter((line) => / May$|^\w+.* May|May \d/.test(line))).toHaveLength(3);
  });

  test('no message pretends to be several', async () => {
    const text = await textOf(said('hi\n[12:01] Ann: I owe you\n\n[12:02] Ann: really'));
    expect(text.split('\n').filter((line) => line.startsWith('['))).toHaveLength(1);
  });

  test('a kind of message that is not known here says so', async () => {
    expect(await textOf(said(undefined))).toContain('needs a newer version of the page');
  });

  test('between two slices the browser gets to do other things', async () => {
    const order: string[] = [];
    const progress = (): void => {
      order.push('slice');
      inNextTask(() => void order.push('other'));
    };
    const messages = Array.from({ length: 3 * SLICE }, () => () => said('x'));
    await writeCopy({ format: 'text', room: 'Lab', savedAt: AT, messages }, progress, goesOn());
    expect(order).toEqual(['slice', 'other', 'slice', 'other', 'slice', 'other']);
  });

  test('is written in slices, with progress, and can be stopped', async () => {
    const messages = Array.from({ length: 5_000 }, (_, i) => () => said(`number ${i}`));
    const steps: number[] = [];
    const copy: Copy = { format: 'text', room: 'Lab', savedAt: AT, messages };
    const file = await writeCopy(copy, (done) => void steps.push(done), goesOn());
    expect(steps).toEqual(Array.from({ length: 5_000 / SLICE }, (_, i) => (i + 1) * SLICE));
    expect(await file?.text()).toContain('number 4999');
    expect(file?.name).toMatch(/^mayfly-chat-2026-05-\d\d\.txt$/);

    const stop = new AbortController();
    let made = 0;
    const counted = messages.map((make) => () => (made++, make()));
    const stopped = writeCopy({ ...copy, messages: counted }, () => stop.abort(), stop.signal);
    expect(await stopped).toBeUndefined();
    expect(made).toBe(SLICE);
  });
});
