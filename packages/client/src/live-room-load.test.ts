// Typing while many messages arrive: how much work runs before a key is handled. Tasks run by hand here, in order; a key is a
// task.

import { beforeEach, expect, test, vi } from 'vitest';
import { Slices } from './connection/slices.ts';
import { openEnvelope, verifyMessage } from './crypto/envelope.ts';
import type { Transport } from './connection/transport.ts';
import { Author } from './testing/author.ts';
import { open } from './testing/open-room.ts';

const tasks = vi.hoisted((): (() => void)[] => []);

vi.mock(import('./next-task.ts'), () => ({ inNextTask: (run) => void tasks.push(run) }));

vi.mock(import('./crypto/envelope.ts'), async (original) => {
  const real = await original();
  return { ...real, verifyMessage: vi.fn(real.verifyMessage), openEnvelope: vi.fn(real.openEnvelope) };
});

/** What one task may take: frames of a wire, or signatures of a history. */
const FRAMES = 8;
const SIGNATURES = 4;

beforeEach(() => {
  tasks.length = 0;
});

/** A wire that passes on what comes as a WebSocket's does. */
function sliced(transport: Transport): Transport {
  return (events) => {
    const slices = new Slices();
    return transport({
      text: (frame) => slices.take(() => events.text(frame)),
      binary: (frame) => slices.take(() => events.binary(frame)),
      closed: (code) => slices.take(() => events.closed(code)),
    });
  };
}

/** Presses a key after each other's turn until `isOver`: the most signatures and envelopes that one of them waited for. */
function typeUntil(isOver: () => boolean): { readonly signatures: number; readonly envelopes: number } {
  const [checks, opens] = [vi.mocked(verifyMessage), vi.mocked(openEnvelope)];
  const most = { signatures: 0, envelopes: 0 };
  const press = () => {
    const [signatures, envelopes] = [checks.mock.calls.length, opens.mock.calls.length];
    tasks.push(() => {
      most.signatures = Math.max(most.signatures, checks.mock.calls.length - signatures);
      most.envelopes = Math.max(most.envelopes, opens.mock.calls.length - envelopes);
      if (!isOver()) press();
    });
  };
  press();
  for (let run = tasks.shift(); run !== undefined; run = tasks.shift()) run();
  return most;
}

/** By so many people in turn. */
function messages(people: number): readonly Uint8Array[] {
  const authors = Array.from({ length: people }, (_, i) => new Author(`${i}`));
  return Array.from({ length: 1_000 / people }, (_, round) =>
    authors.map((author, i) => author.write(`${round * people + i}`).envelope),
  ).flat();
}

test('1,000 live messages at once: no key waits for more than one slice of them', async () => {
  const { server, texts } = await open({}, sliced);
  server.letIn();
  while (tasks.length > 0) tasks.shift()?.();
  for (const envelope of messages(20)) server.append(envelope);
  const most = typeUntil(() => texts().length === 1_000);
  expect(most.signatures).toBeGreaterThan(0);
  expect(most.signatures).toBeLessThanOrEqual(FRAMES);
  expect(most.envelopes).toBeLessThanOrEqual(FRAMES);
});

test('a history of 1,000 messages: no key waits for more than one slice of it', async () => {
  const { server, texts } = await open({}, sliced);
  server.wire.open = false;
  for (const envelope of messages(200)) server.append(envelope);
  server.wire.open = true;
  server.letIn({ limits: { members: 1000, historyMessages: 1_001, historyBytes: 2_097_152 } });
  vi.mocked(verifyMessage).mockClear();
  const most = typeUntil(() => texts().length === 1_000);
  expect(texts()).toHaveLength(1_000);
  expect(most.signatures).toBeGreaterThan(0);
  expect(most.signatures).toBeLessThanOrEqual(SIGNATURES);
  expect(most.envelopes).toBeLessThanOrEqual(FRAMES);
});
