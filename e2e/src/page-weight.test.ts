// What a first visit costs: bytes over the wire, and the browser's own work from the click to the created room.

import { expect, test } from 'vitest';
import { type Person, openStage } from './stage.ts';

const FIRST_SCREEN_BYTES = 60 * 1024;
/** With what a room needs, loaded while the first screen is being read. */
const WHOLE_PAGE_BYTES = 100 * 1024;
/** What the first message with Markdown loads. */
const RICH_TEXT_BYTES = 45 * 1024;
/** What the first code in a known language loads. */
const CODE_COLORS_BYTES = 28 * 1024;

test('script and style, compressed: at most 60 KB for the first screen, 100 KB with a room', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  await ann.open('/');
  const landing = await loaded(ann);
  process.stdout.write(`first load: ${inKb(landing)} KB of script and style\n`);
  expect(landing).toBeGreaterThan(10_000);
  expect(landing).toBeLessThanOrEqual(FIRST_SCREEN_BYTES);

  await ann.createRoom();
  const room = await loaded(ann);
  process.stdout.write(`with a room: ${inKb(room)} KB\n`);
  expect(room).toBeGreaterThan(landing);
  expect(room).toBeLessThanOrEqual(WHOLE_PAGE_BYTES);

  await ann.send('plain, as most are: 3 > 2, a_b_c, 5 * 3, https://a.example');
  await ann.log().getByRole('link').waitFor();
  expect(await loaded(ann)).toBe(room);
  await ann.send('**bold**');
  await ann.log().locator('strong').waitFor();
  const rich = (await loaded(ann)) - room;
  process.stdout.write(`Markdown: ${inKb(rich)} KB\n`);
  expect(rich).toBeGreaterThan(0);
  expect(rich).toBeLessThanOrEqual(RICH_TEXT_BYTES);

  await ann.send('```js\nlet a = 5;\n```');
  await ann.log().locator('pre span').first().waitFor();
  const colors = (await loaded(ann)) - room - rich;
  process.stdout.write(`colors of code: ${inKb(colors)} KB\n`);
  expect(colors).toBeGreaterThan(0);
  expect(colors).toBeLessThanOrEqual(CODE_COLORS_BYTES);
});

function inKb(bytes: number): string {
  return (bytes / 1024).toFixed(1);
}

/** Bytes of script and style over the wire so far; each file must have come compressed. */
async function loaded({ page }: Person): Promise<number> {
  await page.waitForLoadState('networkidle');
  const files = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .filter((entry) => entry instanceof PerformanceResourceTiming)
      .map(({ name, encodedBodySize, decodedBodySize }) => ({ name, encodedBodySize, decodedBodySize })),
  );
  const code = files.filter(({ name }) => /\.(?:js|css)$/.test(name));
  for (const { encodedBodySize, decodedBodySize } of code)
    expect(encodedBodySize).toBeLessThan(decodedBodySize);
  return code.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
}

test('landing to "Room created": the browser works for a moment only', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  const browser = await ann.context.newCDPSession(ann.page);
  await browser.send('Performance.enable', { timeDomain: 'threadTicks' });
  const busyMs = async () => {
    const { metrics } = await browser.send('Performance.getMetrics');
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
  };
  const runs: number[] = [];
  const yardsticks: number[] = [];
  for (let run = 0; run < 5; run++) {
    await ann.open('/');
    await ann.page.waitForLoadState('networkidle');
    const before = await busyMs();
    await ann.page.evaluate(countALot);
    const between = await busyMs();
    await ann.page.getByRole('button', { name: 'Create Shareable Link' }).click();
    await ann.roomCreated();
    yardsticks.push(between - before);
    runs.push((await busyMs()) - between);
  }
  const [run, yardstick] = [medianOf(runs), medianOf(yardsticks)];
  process.stdout.write(
    `landing to "Room created": ${run.toFixed(0)} ms of the page's main thread (median of 5), counting ${yardstick.toFixed(0)} ms\n`,
  );
  // It takes 2 to 3 times that; a slip into slow code takes far more.
  expect(run).toBeLessThan(15 * yardstick);
});

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Runs in the page: work that is the same on every machine. */
function countALot(): number {
  let x = 1;
  for (let i = 0; i < 30_000_000; i++) x = Math.imul(x ^ i, 2_654_435_761);
  return x;
}
