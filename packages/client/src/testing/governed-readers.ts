// A log of a room under orders, read in every way a page can come to read it: all of them, and the rules, have to agree.

import { type GovernedLog, drawGovernedLog } from './governed-log.ts';
import { Page } from './governed-page.ts';
import { type Line, type Sight, describeCharter } from './governed-room.ts';
import { below, pick, seededRandom } from './random.ts';

/** Draws the logs of `count` seeds, and reads each in every way. What differs. */
export function compareGoverned(firstSeed: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => firstSeed + index).flatMap((seed) =>
    faultsOf(seed).map((fault) => `seed ${seed}, commands: ${fault}`),
  );
}

function faultsOf(seed: number): readonly string[] {
  const live = new Page();
  const log = drawGovernedLog(seed, {
    take: (drawn) => void live.stay(drawn, Math.max(1, drawn.events.length - 1), drawn.events.length),
    statement: () => live.statement(),
  });
  const byRule = describe(log.room.sight, log.room.relinkedAt);
  const seen = describe(live.sight(log), log.room.relinkedAt);
  if (seen !== byRule) return [`live ${seen}, by the rules ${byRule}`];
  const all = describeFully(live, log);
  for (const [way, page] of otherReaders(log, seed)) {
    const other = describeFully(page, log);
    if (other !== all) return [`${way}: ${other}, live ${all}`];
  }
  return log.isHonest && log.room.end === undefined ? trimmedFaults(log, seed) : [];
}

/** Who came last, and another who wasn't there all the time. */
function* otherReaders(log: GovernedLog, seed: number): Generator<readonly [way: string, page: Page]> {
  const random = seededRandom(`cuts ${seed}`);
  const end = log.events.length;
  const cut = 1 + below(random, end);
  const back = cut + below(random, end - cut + 1);
  yield ['came last', newcomer(log, end)];
  const way = pick(random, WAYS);
  yield [`${way} ${cut} to ${back}`, READ[way](log, cut, back).stay(log, back, end)];
}

const WAYS = ['came at', 'away', 'loaded again'] as const;
const READ: Readonly<Record<(typeof WAYS)[number], (log: GovernedLog, cut: number, back: number) => Page>> = {
  'came at': (log, cut, back) => newcomer(log, cut).stay(log, cut, back),
  away: (log, cut) => new Page().stay(log, 1, cut).leave(),
  'loaded again': (log, cut) => new Page(0, new Page().stay(log, 1, cut).tab),
};

/** By the link of that time. `first`: what the log still has then. */
function newcomer(log: GovernedLog, at: number, first = 1): Page {
  return new Page(log.words[at]?.epoch).stay(log, at, at, first);
}

/** Whose log begins later depends on the server's word for the rest, and accuses no honest one. */
function trimmedFaults(log: GovernedLog, seed: number): readonly string[] {
  const first = 2 + below(seededRandom(`trimmed ${seed}`), log.events.length);
  const seen = newcomer(log, log.events.length, first).sight(log);
  const { sight } = log.room;
  const told = new Set(sight.lines.map(({ text }) => text));
  const untold = seen.lines.filter(({ text, isCharter }) => !isCharter && !told.has(text));
  const shown = new Map([...sight.shown].filter(([seq]) => seq >= first));
  const [page, rules] = [
    describe({ ...seen, lines: untold }, 0),
    describe({ ...sight, lines: [], shown, unverified: seen.unverified }, 0),
  ];
  return page === rules ? [] : [`from ${first} on: ${page}, by the rules ${rules}`];
}

function describeFully(page: Page, log: GovernedLog): string {
  return `${describe(page.sight(log), log.room.relinkedAt)}, marks ${page.marks.toSorted().join(' ')}`;
}

/** Before a new link, what a charter changed can be read with the old keys alone. */
function describe(sight: Sight, relinkedAt: number): string {
  const { c, end, masks, words, terms, lines, shown, unverified, lies, others } = sight;
  const isCompared = ({ isCharter, c: of }: Line) => !isCharter || of > relinkedAt;
  return JSON.stringify({
    c,
    end,
    charter: describeCharter(words, masks),
    terms: [terms.closed, terms.slow, terms.lifeMs, terms.history],
    lines: lines.filter(isCompared).map(({ text }) => text),
    shown: [...shown].toSorted(([a], [b]) => a - b).map(([seq, text]) => `${seq} ${text}`),
    unverified,
    lies,
    others,
  });
}
