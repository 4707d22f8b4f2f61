// The canary: a text, a name and a link key that must appear in nothing the server holds, writes or sends.

import { expect, test } from 'vitest';
import { canariesOf, sightings, talk } from './canary.ts';
import { recordTraffic } from './recorder.ts';
import { startServerProcess } from './server-process.ts';
import { openStageAt } from './stage.ts';

test('a text, a name and the key are nowhere in the server: heap, memory, log, wire', async () => {
  await using server = await startServerProcess({ LOG_LEVEL: 'info' });
  await using wire = await recordTraffic(server.port);
  await using stage = await openStageAt(wire.port);

  const { ann, bob, link } = await talk(stage);
  // While the memory is searched, nothing answers.
  for (const person of [ann, bob]) person.expectComplaints(/WebSocket connection/);

  const { roomId, canaries } = canariesOf(link);
  const held = [await server.heapSnapshot(), ...(process.platform === 'linux' ? [server.memory()] : [])];
  const places = { held: Buffer.concat(held), up: wire.fromClients(), down: wire.fromServer() };

  // The look would find them if they were there: the room's id is no secret and is in all three.
  for (const [place, bytes] of Object.entries(places)) {
    const idMustShow = place !== 'down';
    if (idMustShow) expect(bytes.includes(roomId), `${roomId} in ${place}`).toBe(true);
    expect(bytes.length, place).toBeGreaterThan(10_000);
    for (const canary of canaries) expect(sightings(bytes, canary), `${canary} in ${place}`).toEqual([]);
  }
  expect(places.down.includes('"type":"welcome"')).toBe(true);

  await server.stop();
  for (const canary of [...canaries, roomId, '127.0.0.1:']) expect(server.output).not.toContain(canary);
});
