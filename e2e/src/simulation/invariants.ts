// The invariants, each a function from what all members saw to what is wrong with it. Nothing here looks at the server.
// Not here: I8 (no key left in memory) is privacy.test.ts's, I11 (the event loop) the soak's.

import type { Seen, Witness } from './witness.ts';

export type Story = {
  readonly witnesses: readonly Witness[];
  /** Which members each witness must see at the end, by public key, after a while of healthy network. */
  readonly present: ReadonlyMap<string, string>;
  /** Rooms of at most this size list names, whatever they were before; without it, all rooms do. */
  readonly listedAgain?: number;
  /** Things that must be gone when all is over, by name. */
  readonly leftovers: Readonly<Record<string, number>>;
};

type Invariant = (story: Story) => readonly string[];

const INVARIANTS: Readonly<Record<string, Invariant>> = {
  'I1 echoed is logged, and everybody there has it': everybodyHasWhatWasEchoed,
  'I2 nothing comes twice': nothingTwice,
  'I3 one place, the same bytes for all': sameBytesForAll,
  'I4 contiguous, or an explicit reset': contiguous,
  'I5 the order of each sender': senderOrder,
  'I6 what was refused never appears': refusedNeverAppears,
  'I7 nothing without a proof, nothing after the end': onlyWhileIn,
  'I9 presence converges': presenceConverges,
  'I10 nothing is left': nothingLeft,
  'I12 every refusal has a code and a time': refusalsSayWhen,
  'I13 no honest server or member is accused': noOneAccused,
};

/** All that is wrong, each by its invariant's name. */
export function judge(story: Story): readonly string[] {
  return Object.entries(INVARIANTS).flatMap(([name, holds]) =>
    holds(story).map((fault) => `${name}: ${fault}`),
  );
}

function noOneAccused({ witnesses }: Story): readonly string[] {
  return witnesses.flatMap(({ name, seen }) =>
    seen.flatMap((sight) => (sight.saw === 'trouble' ? [`${name} saw ${sight.what}`] : [])),
  );
}

function everybodyHasWhatWasEchoed(story: Story): readonly string[] {
  const places = placesOf(story);
  const head = Math.max(0, ...[...places.values()].flat());
  const missing = story.witnesses.flatMap(({ name, seen }) =>
    seen.flatMap((sight) =>
      sight.saw === 'echoed' && !places.has(sight.text)
        ? [`${name} was echoed ${sight.text}, in no log`]
        : [],
    ),
  );
  const behind = story.witnesses
    .filter(({ name }) => story.present.has(name))
    .flatMap(({ name, seen }) => {
      const last = seen.findLast((sight) => sight.saw === 'event' || sight.saw === 'welcome')?.seq ?? 0;
      return last < head ? [`${name} is at ${last}, the log at ${head}`] : [];
    });
  const unheard = story.witnesses
    .filter(({ name }) => story.present.has(name))
    .flatMap(({ name, seen }) => {
      const echoed = new Set(seen.flatMap((sight) => (sight.saw === 'echoed' ? [sight.text] : [])));
      return lastPage(seen).flatMap((sight) =>
        sight.saw === 'wrote' && !echoed.has(sight.text) ? [`${name} never heard ${sight.text} back`] : [],
      );
    });
  return [...missing, ...behind, ...unheard, ...story.witnesses.flatMap(unshown)];
}

// A page shows what it received: each place with a message in the log of all, unless its own log skipped it.
function unshown({ name, seen }: Witness): readonly string[] {
  if (!seen.some((sight) => sight.saw === 'message')) return [];
  return pagesOf(seen).flatMap((page) => {
    const received = page.flatMap((sight) => (sight.saw === 'event' && sight.seq > 1 ? [sight.seq] : []));
    const shown = new Set(page.flatMap((sight) => (sight.saw === 'message' ? [sight.seq] : [])));
    // Missed events come out as one batch: a page that was cut off inside it shows them when it resumes.
    const last = Math.max(0, ...shown);
    return received
      .filter((seq) => seq < last && !shown.has(seq))
      .map((seq) => `${name} did not show ${seq}`);
  });
}

function nothingTwice(story: Story): readonly string[] {
  const inLog = [...placesOf(story)].flatMap(([text, places]) =>
    places.length > 1 ? [`${text} stands at ${places.join(' and ')}`] : [],
  );
  const onPages = story.witnesses.flatMap(({ name, seen }) =>
    pagesOf(seen).flatMap((page) => [...twiceOnTheWire(name, page), ...twiceOnThePage(name, page)]),
  );
  return [...inLog, ...onPages];
}

function twiceOnTheWire(name: string, page: readonly Seen[]): readonly string[] {
  const heard = new Set<number>();
  return page.flatMap((sight) => {
    if (sight.saw === 'welcome' && sight.mode === 'reset') heard.clear();
    if (sight.saw === 'welcome' && sight.moved)
      for (const seq of heard) if (seq >= sight.first) heard.delete(seq);
    if (sight.saw !== 'event') return [];
    const again = heard.has(sight.seq);
    heard.add(sight.seq);
    return again ? [`${name} heard ${sight.seq} twice`] : [];
  });
}

// Delivered again, a message has the same position.
function twiceOnThePage(name: string, page: readonly Seen[]): readonly string[] {
  const keyOf = new Map<string, string>();
  const placeOf = new Map<string, number>();
  return page.flatMap((sight) => {
    if (sight.saw !== 'message') return [];
    const { key, seq, text } = sight;
    const fits = (keyOf.get(text) ?? key) === key && (placeOf.get(key) ?? seq) === seq;
    keyOf.set(text, key);
    placeOf.set(key, seq);
    return fits ? [] : [`${name} saw ${text} at two places`];
  });
}

function sameBytesForAll({ witnesses }: Story): readonly string[] {
  const log = new Map<string, string>();
  return witnesses.flatMap(({ name, seen }) => {
    let logId = '';
    return seen.flatMap((sight) => {
      if (sight.saw === 'welcome') logId = sight.logId;
      if (sight.saw !== 'event') return [];
      const place = `${logId} ${sight.seq}`;
      const digest = log.get(place) ?? sight.digest;
      log.set(place, digest);
      return digest === sight.digest ? [] : [`${name} has other bytes at ${sight.seq}`];
    });
  });
}

function contiguous({ witnesses }: Story): readonly string[] {
  return witnesses.flatMap(({ name, seen }) => pagesOf(seen).flatMap((page) => holesOf(name, page)));
}

function holesOf(name: string, page: readonly Seen[]): readonly string[] {
  let position: number | undefined;
  let logId: string | undefined;
  let untold = false;
  return page.flatMap((sight) => {
    if (sight.saw === 'welcome') {
      const next = (position ?? 0) + 1;
      const goesOn = sight.logId === logId && (sight.first === next || (sight.moved && sight.first < next));
      const told = sight.mode === 'reset' && (position === undefined || sight.reason !== undefined);
      untold ||= sight.mode === 'reset' && position !== undefined;
      logId = sight.logId;
      position = sight.first - 1;
      return goesOn || told ? [] : [`${name} resumed at ${sight.first}, with no reset`];
    }
    if (sight.saw === 'reset') {
      const justified = untold;
      untold = false;
      return justified ? [] : [`${name} was told of a reset that was none`];
    }
    if (sight.saw === 'message' && untold)
      return [`${name} was shown ${sight.seq} and not told of the reset`];
    if (sight.saw !== 'event') return [];
    const fits = sight.seq === (position ?? 0) + 1;
    const before = position;
    position = sight.seq;
    return fits ? [] : [`${name} has ${sight.seq} after ${before}`];
  });
}

// Texts are `name:number`, numbered in the order of writing.
function senderOrder(story: Story): readonly string[] {
  const byPlace = [...placesOf(story)].flatMap(([text, [place = 0]]) => [{ text, place }]);
  const last = new Map<string, number>();
  const misplaced = byPlace
    .toSorted((a, b) => a.place - b.place)
    .flatMap(({ text }) => {
      const [sender = '', number = ''] = text.split(':');
      const before = last.get(sender) ?? 0;
      last.set(sender, Number(number));
      return Number(number) > before ? [] : [`${text} stands behind number ${before}`];
    });
  return [...misplaced, ...story.witnesses.flatMap(gapsOf)];
}

// Frames of one connection are taken in order (FRAME-5): where nothing was refused before, there is no gap.
function gapsOf({ name, seen }: Witness): readonly string[] {
  let excused = false;
  const trespasses = new Set<number>();
  return seen.flatMap((sight) => {
    if (sight.saw === 'welcome') excused = false;
    if (sight.saw === 'trespassed') trespasses.add(sight.n);
    if (sight.saw !== 'refused' || sight.n === undefined || trespasses.has(sight.n)) return [];
    if (sight.code !== 'gap') excused = true;
    return excused ? [] : [`${name} was refused ${sight.n} for a gap that was none`];
  });
}

function refusedNeverAppears(story: Story): readonly string[] {
  const places = placesOf(story);
  return story.witnesses.flatMap(({ name, seen }) =>
    seen.flatMap((sight) =>
      sight.saw === 'trespassed' && places.has(sight.text) ? [`${sight.text} of ${name} was logged`] : [],
    ),
  );
}

function onlyWhileIn({ witnesses }: Story): readonly string[] {
  return witnesses.flatMap(({ name, seen }) => {
    let isIn = false;
    let isOver = false;
    return seen.flatMap((sight) => {
      if (sight.saw === 'welcome') isIn = true;
      if (sight.saw === 'page' || sight.saw === 'closed' || sight.saw === 'ended') isIn = false;
      if (sight.saw === 'page') isOver = false;
      if (sight.saw === 'ended') isOver = true;
      const fromInside = sight.saw === 'event' || sight.saw === 'presence';
      // What was received and held back may be shown after its connection is lost, but not after the end.
      const wrong = (fromInside && !isIn) || (sight.saw === 'message' && isOver);
      return wrong ? [`${name} got ${sight.saw} without being in`] : [];
    });
  });
}

function presenceConverges({ witnesses, present, listedAgain = Infinity }: Story): readonly string[] {
  const everybody = [...present.values()].toSorted().join(' ');
  return witnesses.flatMap(({ name, seen }) => {
    const holes = presenceHoles(name, seen);
    if (!present.has(name)) return holes;
    const page = seen.findLast((sight) => sight.saw === 'members');
    const last = page ?? seen.findLast((sight) => sight.saw === 'presence');
    const { here = [], whole = true, count = 0 } = last ?? {};
    const same = whole ? here.toSorted().join(' ') === everybody : present.size > listedAgain;
    const counted = count === present.size;
    return [
      ...holes,
      ...(same ? [] : [`${name} sees ${here.length} members, not the ${present.size} there are`]),
      ...(counted ? [] : [`${name} was told ${count} members, not the ${present.size} there are`]),
      ...(whole ? profilesMissing(name, seen, here, witnesses) : []),
    ];
  });
}

// Whoever is listed, and has heard their own profile, is known by it (PRESENCE-5, PRESENCE-6).
function profilesMissing(
  name: string,
  seen: readonly Seen[],
  here: readonly string[],
  witnesses: readonly Witness[],
): readonly string[] {
  const listed = new Set(here);
  return witnesses.flatMap((author) => {
    const own = lastPage(author.seen).findLast(
      (sight) => sight.saw === 'profile' && sight.idPk === ownKeyOf(author.seen),
    );
    if (own?.saw !== 'profile' || !listed.has(own.idPk)) return [];
    const known = lastPage(seen).findLast((sight) => sight.saw === 'profile' && sight.idPk === own.idPk);
    const same = known?.saw === 'profile' && known.digest === own.digest;
    return same ? [] : [`${name} does not have the profile of ${author.name}`];
  });
}

function ownKeyOf(seen: readonly Seen[]): string | undefined {
  const welcome = seen.findLast((sight) => sight.saw === 'welcome');
  return welcome?.saw === 'welcome' ? welcome.idPk : undefined;
}

function presenceHoles(name: string, seen: readonly Seen[]): readonly string[] {
  let version: number | undefined;
  return seen.flatMap((sight) => {
    if (sight.saw !== 'presence') return [];
    const fits = sight.snapshot || sight.version === (version ?? 0) + 1;
    version = sight.version;
    return fits ? [] : [`${name} has a hole before presence ${sight.version}`];
  });
}

function nothingLeft({ leftovers }: Story): readonly string[] {
  return Object.entries(leftovers).flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what} left`]));
}

const NEEDS_PAUSE: ReadonlySet<string> = new Set(['rate', 'busy', 'server_full']);

function refusalsSayWhen({ witnesses }: Story): readonly string[] {
  return witnesses.flatMap(({ name, seen }) =>
    seen.flatMap((sight) => {
      if (sight.saw !== 'refused') return [];
      const { code, retryAfterMs } = sight;
      const fits = Number.isInteger(retryAfterMs) && retryAfterMs >= (NEEDS_PAUSE.has(code) ? 1 : 0);
      return fits ? [] : [`${name} was refused ${code} for ${retryAfterMs} ms`];
    }),
  );
}

/** Where each text stands, by everybody's account. */
function placesOf({ witnesses }: Story): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, Set<number>>();
  for (const { seen } of witnesses) {
    for (const sight of seen) {
      if ((sight.saw !== 'event' && sight.saw !== 'message') || sight.text === undefined) continue;
      const known = places.get(sight.text) ?? new Set();
      places.set(sight.text, known.add(sight.seq));
    }
  }
  return new Map([...places].map(([text, set]) => [text, [...set]]));
}

function pagesOf(seen: readonly Seen[]): readonly (readonly Seen[])[] {
  const pages: Seen[][] = [];
  for (const sight of seen) {
    if (sight.saw === 'page') pages.push([]);
    pages.at(-1)?.push(sight);
  }
  return pages;
}

function lastPage(seen: readonly Seen[]): readonly Seen[] {
  return pagesOf(seen).at(-1) ?? [];
}
