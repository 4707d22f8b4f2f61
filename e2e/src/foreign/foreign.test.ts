// A client in Python, written from the documents alone: what they say is true, and enough to talk to a browser.

import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ID, SECRET } from '../../../packages/client/src/testing/author.ts';
import { readLateLogs } from '../../../packages/client/src/testing/late-logs.ts';
import { readErasingLogs, readLogs } from '../../../packages/client/src/testing/log-readers.ts';
import { openStage, startTestServer } from '../stage.ts';
import { PythonClient, runPython } from './python-client.ts';

const VECTORS = fileURLToPath(new URL('../../../docs/vectors', import.meta.url));
const LOGS = 60;

// Its packages may have to be installed first.
describe('a Python client', { timeout: 600_000 }, () => {
  test('docs/vectors: comes to every answer, reads and writes every frame', async () => {
    expect(await runPython('vectors.py', [VECTORS])).toEqual(
      'owner_and_links keys signatures people proofs charter room_words sealed_for_one messages profiles from_the_server from_the_client'.split(
        ' ',
      ),
    );
  });

  test(`RECV-3, RECV-4, RECV-7, UNSEND-2: shows and counts of ${3 * LOGS} random logs what the SDK does`, async () => {
    const logs = [...readLogs(1, LOGS), ...readLateLogs(1, LOGS), ...readErasingLogs(1, LOGS)];
    const given = { room: ID, secret: SECRET, logs };
    const views = await runPython('logs.py', [], JSON.stringify(given));
    expect(views.map((view) => JSON.parse(view))).toEqual(logs.map(({ view }) => view));
  });

  test('docs/protocol.md: creates, joins, sends, resumes, and is refused as the rules say', async () => {
    await using server = await startTestServer();
    const held = await runPython('rules.py', [`http://127.0.0.1:${server.port}`]);
    expect([...new Set(held)].toSorted()).toEqual(
      [
        'API-1 API-2 API-4 CHARTER-3 CLOSE-1 FRAME-2 FRAME-3 JOIN-1 JOIN-2 JOIN-3 JOIN-4 JOIN-5 LIFE-3 LOOK-1 LOOK-2',
        'LOOK-3 PRESENCE-3 PRESENCE-5 REFUSED-1 RESUME-1 RESUME-2 SEND-1 SEND-2 SEND-5 WELCOME-1 WELCOME-2 WELCOME-3',
        'WS-1 WS-2 WS-3 WS-4',
      ].flatMap((line) => line.split(' ')),
    );
  });

  test('and a browser: it creates, both talk, it is cut and resumes, the page reloads, and all hold one log', async () => {
    await using stage = await openStage();
    await using ann = new PythonClient('create', stage.origin, 'Ann');
    const link = String((await ann.sees({ saw: 'link' }))['link']);
    await ann.sees({ saw: 'welcome', mode: 'reset', reason: 'fresh' });

    const bob = await stage.person();
    await bob.join(link, 'Bob');
    await ann.sees({ saw: 'person', name: 'Bob' });
    ann.say('hello from Python');
    await bob.sees('hello from Python');
    await bob.send('hello from a page');
    await ann.sees({ saw: 'message', text: 'hello from a page', from: 'Bob' });

    // It gets there, and its author never hears so.
    ann.do({ do: 'deafen' });
    ann.say('in doubt');
    await bob.sees('in doubt');
    ann.do({ do: 'cut' });
    await ann.sees({ saw: 'lost' });
    ann.say('written offline');
    await bob.send('while you were away');
    await using cem = new PythonClient('join', link, 'Cem');
    await cem.sees({ saw: 'message', text: 'while you were away' });
    ann.do({ do: 'mend' });
    await ann.sees({ saw: 'welcome', mode: 'resume' });
    await ann.sees({ saw: 'message', text: 'while you were away' });
    await ann.sees({ saw: 'echo', text: 'written offline' });
    await bob.sees('written offline');

    await bob.page.reload();
    await bob.inRoom();
    await bob.send('after a reload');
    await ann.sees({ saw: 'message', text: 'after a reload', from: 'Bob' });
    await cem.sees({ saw: 'message', text: 'after a reload', from: 'Bob' });

    const said = [
      { from: 'Ann', text: 'hello from Python' },
      { from: 'Bob', text: 'hello from a page' },
      { from: 'Ann', text: 'in doubt' },
      { from: 'Bob', text: 'while you were away' },
      { from: 'Ann', text: 'written offline' },
      { from: 'Bob', text: 'after a reload' },
    ];
    await bob.sees('after a reload');
    expect(await bob.messages()).toEqual(said.map(({ text }) => text));
    for (const [client, name] of [
      [ann, 'Ann'],
      [cem, 'Cem'],
    ] as const) {
      expect(await client.log()).toEqual({
        saw: 'log',
        messages: said.map(({ from, text }, i) => ({
          seq: i + 2,
          from,
          text,
          own: from === name,
          missing: 0,
          conflicting: false,
          late: false,
        })),
        unverified: 0,
        waiting: [],
      });
    }

    ann.do({ do: 'leave' });
    await ann.sees({ saw: 'end', why: 'closed with 1000' });
    await bob.sees('Ann left the chat');
  });
});
